# hfssod: one flat Makefile for GNU make and BSD make.
#
#	make			build everything, binaries also in build/bin
#	make install		DESTDIR= PREFIX=
#	make demo		a real sign-in on loopback; DEMO=stay leaves it up
#	make check		every test; T=name runs one
#	make bench		measurements beside a named baseline
#	make fuzz		every fuzzer; SECONDS_EACH=600

OS !=		uname -s
include etc/make/$(OS).mk

VERSION =	0.1
PREFIX =	/usr/local
LIBEXEC =	$(PREFIX)/libexec/hfssod
SYSCONFDIR =	/etc

CC ?=		cc
YACC =		yacc
OPTIMIZE =	-O2 -g
WARNINGS =	-Wall -Wextra -Wshadow -Wmissing-prototypes \
		-Wstrict-prototypes -Wformat=2 -Wvla -Wimplicit-fallthrough
HARDEN =	-D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_LD =	-pie -Wl,-z,relro,-z,now
# SANITIZE is set by regress for its sanitized build, and only there.
SANITIZE =
DEFINES =	-D_GNU_SOURCE -DHFSSOD_VERSION=\"$(VERSION)\" \
		-DHFSSOD_LIBEXEC=\"$(LIBEXEC)\" \
		-DHFSSOD_CONF=\"$(SYSCONFDIR)/hfssod.conf\"
ALL_CFLAGS =	-std=c11 $(OPTIMIZE) $(WARNINGS) $(HARDEN) $(DEFINES) -I. \
		$(SYS_CFLAGS) $(XML_CFLAGS) $(SANITIZE) $(CFLAGS)

LIB_EVENT !=	pkg-config --libs libevent_core 2>/dev/null || :
LIB_EVDNS !=	pkg-config --libs libevent_extra 2>/dev/null || :
LIB_TLS !=	pkg-config --libs libtls 2>/dev/null || :
LIB_JANSSON !=	pkg-config --libs jansson 2>/dev/null || :
LIB_CRYPTO !=	pkg-config --libs libcrypto 2>/dev/null || :
LIB_SQLITE !=	pkg-config --libs sqlite3 2>/dev/null || :
XML_CFLAGS !=	pkg-config --cflags xmlsec1-openssl libxml-2.0 2>/dev/null || :
LIB_XML !=	pkg-config --libs xmlsec1-openssl libxml-2.0 2>/dev/null || :

# What more than one kind of process links.
SRCS_BASE = \
		common/clock.c \
		common/companion.c \
		common/encode.c \
		common/exchange.c \
		common/exchange_outcome.c \
		common/imsg.c \
		common/layer.c \
		common/log.c \
		common/message.c \
		common/process.c \
		common/protocol.c \
		common/provider.c \
		common/request.c \
		common/role.c \
		common/setup.c \
		common/verdict.c \
		common/view.c \
		common/view_verifier.c \
		common/wire.c \
		$(SYS_MEMFILE)

# What every child links beside that.
SRCS_CHILD = \
		common/child.c \
		common/generation.c \
		common/orders.c \
		common/peer.c \
		$(SYS_SANDBOX)

# SCIM, in http and in policy.
SRCS_SCIM = \
		common/scim_exchange.c \
		common/scim_filter.c \
		common/scim_schema.c \
		common/scim_tree.c

SRCS_PARENT = \
		common/record.c \
		common/reserved.c \
		hfssod/parent/background.c \
		hfssod/parent/children.c \
		hfssod/parent/conf.c \
		hfssod/parent/conf_check.c \
		hfssod/parent/conf_check_connection.c \
		hfssod/parent/conf_check_provider.c \
		hfssod/parent/conf_file.c \
		hfssod/parent/conf_print.c \
		hfssod/parent/conf_set.c \
		hfssod/parent/conf_set_connection.c \
		hfssod/parent/conf_view.c \
		hfssod/parent/control.c \
		hfssod/parent/control_answer.c \
		hfssod/parent/errors.c \
		hfssod/parent/falling.c \
		hfssod/parent/generation.c \
		hfssod/parent/joining.c \
		hfssod/parent/lex.c \
		hfssod/parent/main.c \
		hfssod/parent/notify.c \
		hfssod/parent/parent.c \
		hfssod/parent/parse.c \
		hfssod/parent/place.c \
		hfssod/parent/seats.c \
		hfssod/parent/spawn.c \
		hfssod/parent/value.c

SRCS_HTTP = \
		common/form.c \
		hfssod/http/access.c \
		hfssod/http/account.c \
		hfssod/http/ask.c \
		hfssod/http/buffer.c \
		hfssod/http/call.c \
		hfssod/http/chunked.c \
		hfssod/http/config.c \
		hfssod/http/conn.c \
		hfssod/http/cookie.c \
		hfssod/http/crowd.c \
		hfssod/http/forwarded.c \
		hfssod/http/health.c \
		hfssod/http/host.c \
		hfssod/http/html.c \
		hfssod/http/http.c \
		hfssod/http/identity.c \
		hfssod/http/intake.c \
		hfssod/http/json.c \
		hfssod/http/listen.c \
		hfssod/http/login.c \
		hfssod/http/now.c \
		hfssod/http/page.c \
		hfssod/http/parse.c \
		hfssod/http/pending.c \
		hfssod/http/response.c \
		hfssod/http/route.c \
		hfssod/http/scim_bind.c \
		hfssod/http/scim_bulk.c \
		hfssod/http/scim_bulk_text.c \
		hfssod/http/scim_call.c \
		hfssod/http/scim_discovery.c \
		hfssod/http/scim_error.c \
		hfssod/http/scim_filter_text.c \
		hfssod/http/scim_head.c \
		hfssod/http/scim_json.c \
		hfssod/http/scim_links.c \
		hfssod/http/scim_list.c \
		hfssod/http/scim_name.c \
		hfssod/http/scim_out.c \
		hfssod/http/scim_patch_text.c \
		hfssod/http/scim_path_text.c \
		hfssod/http/scim_query.c \
		hfssod/http/scim_reply.c \
		hfssod/http/scim_request.c \
		hfssod/http/scim_single.c \
		hfssod/http/scim_target.c \
		hfssod/http/scim_word.c \
		hfssod/http/scim_write.c \
		hfssod/http/signout.c \
		hfssod/http/sso.c \
		hfssod/http/stream.c \
		hfssod/http/style.c \
		hfssod/http/target.c \
		$(SYS_TICKET)

SRCS_VERIFIER = \
		common/form.c \
		common/record.c \
		hfssod/verifier/aead.c \
		hfssod/verifier/ask.c \
		hfssod/verifier/assertion.c \
		hfssod/verifier/attribute.c \
		hfssod/verifier/authn_request.c \
		hfssod/verifier/claims.c \
		hfssod/verifier/client_auth.c \
		hfssod/verifier/config.c \
		hfssod/verifier/connection.c \
		hfssod/verifier/consume.c \
		hfssod/verifier/crypto.c \
		hfssod/verifier/decrypt.c \
		hfssod/verifier/discovery.c \
		hfssod/verifier/expiry.c \
		hfssod/verifier/identity.c \
		hfssod/verifier/job.c \
		hfssod/verifier/json.c \
		hfssod/verifier/jwk.c \
		hfssod/verifier/jws.c \
		hfssod/verifier/jwt.c \
		hfssod/verifier/jwt_sign.c \
		hfssod/verifier/key.c \
		hfssod/verifier/login.c \
		hfssod/verifier/logout.c \
		hfssod/verifier/logout_check.c \
		hfssod/verifier/logout_message.c \
		hfssod/verifier/markup.c \
		hfssod/verifier/metadata_idp.c \
		hfssod/verifier/metadata_sp.c \
		hfssod/verifier/oidc.c \
		hfssod/verifier/oidc_answer.c \
		hfssod/verifier/oidc_check.c \
		hfssod/verifier/oidc_derive.c \
		hfssod/verifier/oidc_logout.c \
		hfssod/verifier/oidc_query.c \
		hfssod/verifier/oidc_request.c \
		hfssod/verifier/outgoing.c \
		hfssod/verifier/redirect.c \
		hfssod/verifier/response.c \
		hfssod/verifier/schedule.c \
		hfssod/verifier/seal.c \
		hfssod/verifier/signature.c \
		hfssod/verifier/source.c \
		hfssod/verifier/source_read.c \
		hfssod/verifier/source_round.c \
		hfssod/verifier/sso.c \
		hfssod/verifier/status.c \
		hfssod/verifier/switches.c \
		hfssod/verifier/test.c \
		hfssod/verifier/token.c \
		hfssod/verifier/vault.c \
		hfssod/verifier/verifier.c \
		hfssod/verifier/xml.c

SRCS_POLICY = \
		common/record.c \
		common/reserved.c \
		hfssod/policy/access.c \
		hfssod/policy/account.c \
		hfssod/policy/audit.c \
		hfssod/policy/brake.c \
		hfssod/policy/check.c \
		hfssod/policy/connection.c \
		hfssod/policy/connection_rename.c \
		hfssod/policy/control.c \
		hfssod/policy/decision.c \
		hfssod/policy/directory.c \
		hfssod/policy/document.c \
		hfssod/policy/dryrun.c \
		hfssod/policy/effect.c \
		hfssod/policy/fact.c \
		hfssod/policy/fold.c \
		hfssod/policy/grant.c \
		hfssod/policy/jit.c \
		hfssod/policy/left.c \
		hfssod/policy/link.c \
		hfssod/policy/login.c \
		hfssod/policy/loginkey.c \
		hfssod/policy/logout.c \
		hfssod/policy/member.c \
		hfssod/policy/member_add.c \
		hfssod/policy/member_control.c \
		hfssod/policy/name.c \
		hfssod/policy/outcome.c \
		hfssod/policy/pending.c \
		hfssod/policy/policy.c \
		hfssod/policy/refusal.c \
		hfssod/policy/regrade.c \
		hfssod/policy/report.c \
		hfssod/policy/relink.c \
		hfssod/policy/remap.c \
		hfssod/policy/rolemap.c \
		hfssod/policy/schema.c \
		hfssod/policy/scim.c \
		hfssod/policy/scim_basic.c \
		hfssod/policy/scim_change.c \
		hfssod/policy/scim_check.c \
		hfssod/policy/scim_claim.c \
		hfssod/policy/scim_compare.c \
		hfssod/policy/scim_invited.c \
		hfssod/policy/scim_group.c \
		hfssod/policy/scim_group_patch.c \
		hfssod/policy/scim_job.c \
		hfssod/policy/scim_members.c \
		hfssod/policy/scim_cursor.c \
		hfssod/policy/scim_hint.c \
		hfssod/policy/scim_item.c \
		hfssod/policy/scim_list.c \
		hfssod/policy/scim_list_sorted.c \
		hfssod/policy/scim_list_turn.c \
		hfssod/policy/scim_log.c \
		hfssod/policy/scim_match.c \
		hfssod/policy/scim_patch.c \
		hfssod/policy/scim_profile.c \
		hfssod/policy/scim_plan.c \
		hfssod/policy/scim_resource.c \
		hfssod/policy/scim_user.c \
		hfssod/policy/scim_user_create.c \
		hfssod/policy/scim_user_end.c \
		hfssod/policy/scim_sort.c \
		hfssod/policy/session.c \
		hfssod/policy/show.c \
		hfssod/policy/show_dryrun.c \
		hfssod/policy/show_group.c \
		hfssod/policy/show_page.c \
		hfssod/policy/show_scim.c \
		hfssod/policy/show_drift.c \
		hfssod/policy/show_token.c \
		hfssod/policy/state.c \
		hfssod/policy/store.c \
		hfssod/policy/sweep.c \
		hfssod/policy/table.c \
		hfssod/policy/tombstone.c \
		hfssod/policy/token.c \
		hfssod/policy/token_control.c \
		hfssod/policy/turn.c

SRCS_FETCH = \
		hfssod/fetch/address.c \
		hfssod/fetch/answer.c \
		hfssod/fetch/answer_head.c \
		hfssod/fetch/config.c \
		hfssod/fetch/desk.c \
		hfssod/fetch/fetch.c \
		hfssod/fetch/head.c \
		hfssod/fetch/link.c \
		hfssod/fetch/location.c \
		hfssod/fetch/names.c \
		hfssod/fetch/pool.c \
		hfssod/fetch/question.c \
		hfssod/fetch/resolver.c \
		hfssod/fetch/socket.c \
		hfssod/fetch/spki.c \
		$(SYS_TRUST)

SRCS_CTL = \
		common/record.c \
		hfssoctl/ask.c \
		hfssoctl/blocks.c \
		hfssoctl/command.c \
		hfssoctl/flag.c \
		hfssoctl/hfssoctl.c \
		hfssoctl/records.c \
		hfssoctl/relink.c \
		hfssoctl/text.c

OBJS_BASE =	$(SRCS_BASE:.c=.o)
OBJS_CHILD =	$(SRCS_CHILD:.c=.o)
OBJS_SCIM =	$(SRCS_SCIM:.c=.o)
OBJS_PARENT =	$(SRCS_PARENT:.c=.o)
OBJS_HTTP =	$(SRCS_HTTP:.c=.o)
OBJS_VERIFIER =	$(SRCS_VERIFIER:.c=.o)
OBJS_POLICY =	$(SRCS_POLICY:.c=.o)
OBJS_FETCH =	$(SRCS_FETCH:.c=.o)
OBJS_CTL =	$(SRCS_CTL:.c=.o)

BIN =		build/bin
PROGS =		$(BIN)/hfssod $(BIN)/hfssod-http $(BIN)/hfssod-verifier \
		$(BIN)/hfssod-policy $(BIN)/hfssod-fetch $(BIN)/hfssoctl

.SUFFIXES:
.SUFFIXES: .o .c

all: $(PROGS)
	@cat common/*.o.d hfssod/*/*.o.d hfssoctl/*.o.d >.depend

.c.o:
	$(CC) $(ALL_CFLAGS) -MD -MP -MF $@.d -c $< -o $@

hfssod/parent/parse.c: hfssod/parent/parse.y
	$(YACC) -o $@ hfssod/parent/parse.y

$(BIN)/hfssod: $(OBJS_PARENT) $(OBJS_BASE)
	@mkdir -p $(BIN)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(OBJS_PARENT) \
	    $(OBJS_BASE) $(LIB_EVENT) $(SYS_LIBS)

$(BIN)/hfssod-http: $(OBJS_HTTP) $(OBJS_SCIM) $(OBJS_CHILD) $(OBJS_BASE)
	@mkdir -p $(BIN)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(OBJS_HTTP) \
	    $(OBJS_SCIM) $(OBJS_CHILD) $(OBJS_BASE) $(LIB_TLS) $(LIB_EVENT) \
	    $(SANDBOX_LIBS) $(SYS_LIBS)

$(BIN)/hfssod-verifier: $(OBJS_VERIFIER) $(OBJS_CHILD) $(OBJS_BASE)
	@mkdir -p $(BIN)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(OBJS_VERIFIER) \
	    $(OBJS_CHILD) $(OBJS_BASE) $(LIB_XML) $(LIB_JANSSON) \
	    $(LIB_CRYPTO) -lz $(LIB_EVENT) $(SANDBOX_LIBS) $(SYS_LIBS)

$(BIN)/hfssod-policy: $(OBJS_POLICY) $(OBJS_SCIM) $(OBJS_CHILD) $(OBJS_BASE)
	@mkdir -p $(BIN)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(OBJS_POLICY) \
	    $(OBJS_SCIM) $(OBJS_CHILD) $(OBJS_BASE) $(LIB_SQLITE) $(LIB_EVENT) \
	    $(SANDBOX_LIBS) $(SYS_LIBS)

$(BIN)/hfssod-fetch: $(OBJS_FETCH) $(OBJS_CHILD) $(OBJS_BASE)
	@mkdir -p $(BIN)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(OBJS_FETCH) \
	    $(OBJS_CHILD) $(OBJS_BASE) $(LIB_TLS) $(LIB_EVDNS) $(LIB_EVENT) \
	    $(SANDBOX_LIBS) $(SYS_LIBS)

$(BIN)/hfssoctl: $(OBJS_CTL) $(OBJS_BASE)
	@mkdir -p $(BIN)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ $(OBJS_CTL) \
	    $(OBJS_BASE) $(LIB_JANSSON) $(SYS_LIBS)

install: all
	mkdir -p $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(LIBEXEC) \
	    $(DESTDIR)$(PREFIX)/share/man/man5 \
	    $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 755 $(BIN)/hfssod $(BIN)/hfssoctl $(DESTDIR)$(PREFIX)/sbin
	install -m 755 $(BIN)/hfssod-http $(BIN)/hfssod-verifier \
	    $(BIN)/hfssod-policy $(BIN)/hfssod-fetch $(DESTDIR)$(LIBEXEC)
	install -m 644 man/hfssod.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 man/hfssod.8 man/hfssoctl.8 \
	    $(DESTDIR)$(PREFIX)/share/man/man8

# These two install what is missing and build for themselves.
demo:
	@DEMO="$(DEMO)" MAKE="$(MAKE)" regress/demo

check:
	@T="$(T)" regress/run

bench: all
	@regress/bench/run

fuzz:
	@SECONDS_EACH="$(SECONDS_EACH)" regress/fuzz/run

clean:
	rm -rf build .depend hfssod/parent/parse.c
	rm -f common/*.o common/*.o.d hfssod/*/*.o hfssod/*/*.o.d \
	    hfssoctl/*.o hfssoctl/*.o.d

.PHONY: all install demo check bench fuzz clean

-include .depend
