/*
 * hfssoctl: asks hfssod over its control socket and shows the answer.
 * Exit codes: 0 done, 1 refused or failed, 2 usage, 3 not reachable.
 */
#include <err.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/control.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "hfssoctl/ask.h"
#include "hfssoctl/blocks.h"
#include "hfssoctl/command.h"
#include "hfssoctl/flag.h"
#include "hfssoctl/records.h"
#include "hfssoctl/relink.h"
#include "hfssoctl/text.h"

#define EXIT_REFUSED	1
#define EXIT_USAGE	2
#define EXIT_AWAY	3

#define WAIT		15		/* seconds for an answer */
#define WAIT_RELOAD	60
/* Seconds for documents to be fetched anew; hfssod gives up before. */
#define WAIT_REFRESH	(LIMIT_FETCH_SLOW_MS / 1000 + 15)
#define WAIT_RELINK	(LIMIT_SCIM_SECONDS + 10)

struct options {
	const char	*socket;
	bool		 json;
	bool		 force;
};

static void
usage(void)
{
	const struct command	*c;
	char			 flags[256];

	fprintf(stderr, "usage: hfssoctl [-fj] [-s socket] command\n");
	for (c = commands; c->pattern != NULL; c++) {
		flags_usage(c->flags, flags, sizeof(flags));
		fprintf(stderr, "\t%s%s\n", c->pattern, flags);
	}
	exit(EXIT_USAGE);
}

/* Ask a person; without one, -f must have said it. */
static void
confirm(const struct command *c)
{
	char	 line[16];

	if (!isatty(STDIN_FILENO))
		errx(EXIT_REFUSED, "needs -f where nobody can be asked");
	fprintf(stderr, "%s [y/N] ", c->warning);
	if (fgets(line, sizeof(line), stdin) == NULL ||
	    (strcmp(line, "y\n") != 0 && strcmp(line, "yes\n") != 0))
		errx(EXIT_REFUSED, "not done");
}

static void
payload(const struct command *c, const struct ctl_question *q,
    struct writer *w)
{
	/* What only root may ask can be long. */
	wire_init(w, c->message == MESSAGE_member_relink ? LIMIT_SCIM_MESSAGE :
	    LIMIT_MESSAGE);
	if (c->ask == ASK_BRIEF || c->ask == ASK_VERBOSE)
		wire_put_u8(w, c->ask == ASK_VERBOSE);
	else if (c->ask == ASK_QUESTION)
		ctl_question_put(w, q);
	if (w->bad)
		errx(EXIT_USAGE, "argument too long");
}

/* Take an option out; "" if it is not there.  Allocated. */
static char *
option_take(struct ctl_question *q, const char *name)
{
	struct strings	*o = &q->options;
	char		*value;
	size_t		 i, len;

	len = strlen(name);
	if ((value = strdup(ctl_option(q, name))) == NULL)
		err(1, NULL);
	for (i = 0; i < o->count; i++) {
		if (strncmp(o->list[i], name, len) == 0 &&
		    o->list[i][len] == '=') {
			free((void *)(uintptr_t)o->list[i]);
			o->list[i] = o->list[--o->count];
			break;
		}
	}
	return value;
}

/* The file of member relink: its name is an option, its lines become some. */
static void
pairs(struct ctl_question *q)
{
	char	*path;
	FILE	*f;
	int	 n;

	path = option_take(q, "file");
	if (path[0] == '\0') {
		free(path);
		return;
	}
	if ((f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r")) == NULL)
		err(EXIT_REFUSED, "%s", path);
	if ((n = relink_read(f, path, &q->options, stderr)) == -1)
		exit(EXIT_REFUSED);
	if (n == 0)
		errx(EXIT_REFUSED, "%s: nobody is in it", path);
	if (f != stdin)
		fclose(f);
	free(path);
}

static void
print_json(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
}

static int
patience(const struct command *c)
{
	return c->message == MESSAGE_ctl_reload ? WAIT_RELOAD :
	    c->message == MESSAGE_member_relink ? WAIT_RELINK :
	    c->message == MESSAGE_connection_refresh ? WAIT_REFRESH : WAIT;
}

/* What has too many values for a line of a table. */
static bool
in_blocks(const struct command *c)
{
	return c->message == MESSAGE_show_connections ||
	    c->message == MESSAGE_show_tokens;
}

/* Whether times are to be local in the tree: blocks want to count. */
static bool
local_times(const struct command *c, bool json)
{
	return !json && !in_blocks(c);
}

/* What the answer begins with; a refusal goes to stderr. */
static void
answer_result(struct reader *r, struct result *result, bool json)
{
	const char	*text;
	char		*safe;

	if (!result_get(r, result))
		errx(EXIT_REFUSED, "hfssod's answer is malformed");
	if (result->verdict == VERDICT_ok)
		return;
	text = result->detail[0] != '\0' ? result->detail :
	    verdict_log(result->verdict);
	if (json)
		print_json(json_pack("{s:s,s:s}", "verdict",
		    verdict_name(result->verdict), "detail", text));
	else {
		/* A reason may have several lines. */
		for (; *text != '\0'; text += strcspn(text, "\n"),
		    text += *text == '\n') {
			safe = strndup(text, strcspn(text, "\n"));
			if (safe == NULL)
				err(1, NULL);
			warnx("%s", text_safe(safe));
			free(safe);
		}
	}
	exit(EXIT_REFUSED);
}

/* One page more: of a list, or of the lists in an object. */
static void
page_add(json_t *all, json_t *page)
{
	const char	*key;
	json_t		*value, *list;

	if (json_is_array(all))
		json_array_extend(all, page);
	json_object_foreach(page, key, value) {
		list = json_object_get(all, key);
		if (json_is_array(list) && json_is_array(value))
			json_array_extend(list, value);
	}
	json_decref(page);
}

/* Page after page, until the list has ended. */
static json_t *
pages(struct imsgbuf *b, const struct command *c, struct ctl_question *q,
    struct imsg *m, bool json)
{
	struct result	 result;
	struct reader	 r;
	struct writer	 w;
	json_t		*all, *page;
	char		*after;

	all = NULL;
	for (;;) {
		wire_read(&r, m->data.data, m->data.len);
		answer_result(&r, &result, json);
		after = strdup(wire_get_string(&r, 1024));
		page = records_json(&r, local_times(c, json));
		if (after == NULL || page == NULL)
			errx(EXIT_REFUSED, "hfssod's answer is malformed");
		if (all == NULL)
			all = page;
		else
			page_add(all, page);
		if (after[0] == '\0' || c->ask != ASK_QUESTION)
			break;
		q->after = after;
		payload(c, q, &w);
		if (!ask(b, c->message, &w, patience(c), m))
			exit(EXIT_AWAY);
		wire_free(&w);
		free(after);
	}
	free(after);
	return all;
}

/* The address of a connection test, and what to do with it. */
static void
print_test(const json_t *j)
{
	const char	*url, *until;
	char		*safe;

	url = json_string_value(json_object_get(j, "url"));
	until = json_string_value(json_object_get(j, "expires"));
	if (url == NULL)
		errx(EXIT_REFUSED, "hfssod's answer is malformed");
	safe = text_safe(url);
	printf("Open this in a browser and sign in; nobody's account or "
	    "session is changed:\n%s\n", safe);
	free(safe);
	if (until != NULL)
		printf("It is good until %s.\n", until);
}

/* A token, which nobody can show again. */
static void
print_token(const json_t *j)
{
	static const struct {
		const char	*key;
		const char	*label;
	} lines[] = {
		{ "url", "Tenant URL" },
		{ "token", "Token" },
		{ "id", "Token id" },
		{ "expires", "Expires" }
	};
	const char	*text;
	char		*safe;
	size_t		 i;

	printf("The token is shown this once; it is stored as a hash only.\n");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		text = json_string_value(json_object_get(j, lines[i].key));
		if (text == NULL)
			continue;
		safe = text_safe(text);
		printf("%-12s%s\n", lines[i].label, safe);
		freezero(safe, strlen(safe));
	}
}

static void
print_text(const struct command *c, const json_t *j)
{
	if (in_blocks(c))
		blocks_print(stdout, j, time(NULL));
	else if (c->message == MESSAGE_connection_test)
		print_test(j);
	else if (c->message == MESSAGE_token_create ||
	    c->message == MESSAGE_token_rotate)
		print_token(j);
	else
		text_print(stdout, j);
}

static int
run(const struct options *o, const struct command *c, struct ctl_question *q)
{
	struct imsgbuf	*b;
	struct imsg	 m;
	struct reader	 r;
	struct result	 result;
	struct writer	 w;
	json_t		*j;

	if ((b = ask_open(o->socket)) == NULL)
		return EXIT_AWAY;
	payload(c, q, &w);
	if (!ask(b, c->message, &w, patience(c), &m))
		return EXIT_AWAY;
	wire_free(&w);
	if (m.type == MESSAGE_ctl_records) {
		j = pages(b, c, q, &m, o->json);
		if (o->json)
			print_json(j);
		else
			print_text(c, j);
		json_decref(j);
	} else {
		wire_read(&r, m.data.data, m.data.len);
		answer_result(&r, &result, o->json);
		if (o->json)
			print_json(json_pack("{s:s,s:s}", "verdict", "ok",
			    "detail", result.detail));
		else if (result.detail[0] != '\0')
			printf("%s\n", text_safe(result.detail));
		if (c->message == MESSAGE_ctl_stop)
			ask_until_end(b);
	}
	imsgbuf_free(b);
	return fflush(stdout) == 0 ? 0 : EXIT_REFUSED;
}

int
main(int argc, char **argv)
{
	const struct command	*c;
	struct ctl_question	 q;
	struct options		 o = { .socket = CONTROL_SOCKET };
	char			 text[512];
	int			 ch, rv;

	setlocale(LC_CTYPE, "");
	/* "+": what follows the command is the command's. */
	while ((ch = getopt(argc, argv, "+fjs:")) != -1) {
		switch (ch) {
		case 'f':
			o.force = true;
			break;
		case 'j':
			o.json = true;
			break;
		case 's':
			o.socket = optarg;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if ((c = command_find(argc, argv, &q, text, sizeof(text))) == NULL)
		errx(EXIT_USAGE, "%s", text);
	q.force = o.force;
	pairs(&q);
	if (c->warning != NULL && !o.force &&
	    ctl_option(&q, "check")[0] == '\0')
		confirm(c);
	rv = run(&o, c, &q);
	command_free(&q);
	return rv;
}
