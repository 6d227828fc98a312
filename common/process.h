/*
 * The kinds of process, and how they are named.  Shared by every process.
 *
 * A kind is a privilege.  An http process has one kind for each purpose
 * that its listen line serves (browser, gate, api), so what a process may
 * say is checked against a set of kinds.
 */
#ifndef COMMON_PROCESS_H
#define COMMON_PROCESS_H

enum process {
	PROC_PARENT,		/* configuration, keys, sockets, children */
	PROC_BROWSER,		/* http: pages, SAML and OIDC endpoints */
	PROC_GATE,		/* http: forward-auth, decisions */
	PROC_API,		/* http: SCIM, management */
	PROC_VERIFIER,		/* crypto and assertions */
	PROC_POLICY,		/* the store, every decision */
	PROC_READER,		/* the store, read only */
	PROC_FETCH,		/* outbound HTTPS */
	PROC_CTL,		/* hfssoctl, behind the control socket */
	PROC_MAX
};

/* A set of kinds is a bit mask. */
#define KIND(p)		(1u << (p))
#define KIND_PARENT	KIND(PROC_PARENT)
#define KIND_BROWSER	KIND(PROC_BROWSER)
#define KIND_GATE	KIND(PROC_GATE)
#define KIND_API	KIND(PROC_API)
#define KIND_HTTP	(KIND_BROWSER | KIND_GATE | KIND_API)
#define KIND_VERIFIER	KIND(PROC_VERIFIER)
#define KIND_POLICY	KIND(PROC_POLICY)
#define KIND_READER	KIND(PROC_READER)
#define KIND_FETCH	KIND(PROC_FETCH)
#define KIND_CTL	KIND(PROC_CTL)
#define KIND_CHILD	(KIND_HTTP | KIND_VERIFIER | KIND_POLICY | \
			    KIND_READER | KIND_FETCH)

/*
 * The name of a kind ("browser"), for logs and hfssoctl.  Never NULL: an
 * unknown number is "unknown".  Static storage.
 */
const char	*process_name(enum process);

/*
 * The name of a set of kinds: "browser", "gate", "api", "http" for more
 * than one of these, else the name of the lowest kind in the set.
 */
const char	*process_kinds_name(unsigned int);

#endif
