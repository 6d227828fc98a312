/*
 * /healthz of http.  Must never say more than which of our own processes
 * is away.
 */
#include "common/child.h"
#include "hfssod/http/config.h"
#include "hfssod/http/health.h"
#include "hfssod/http/response.h"

/* What is away, as a line; nothing if all is there. */
static void
away(struct buffer *b)
{
	const struct http_view	*v = config_current()->view;
	size_t			 i;

	if (child_peer(PROC_POLICY, NULL) == NULL)
		buffer_string(b, "policy is away\n");
	if (!(v->kinds & KIND_BROWSER))
		return;
	for (i = 0; i < v->door_count; i++)
		if (v->doors[i].enabled &&
		    child_peer(PROC_VERIFIER, v->doors[i].group) == NULL) {
			buffer_string(b, "verifier is away\n");
			return;
		}
}

bool
health_show(struct call *c, const struct incoming *in)
{
	struct buffer	 body = { 0 };
	int		 status;

	(void)in;
	away(&body);
	status = buffer_len(&body) == 0 ? 200 : 503;
	if (status == 200)
		buffer_string(&body, "ok\n");
	response_begin(c, status);
	response_header(c, "Cache-Control", "no-store");
	response_header(c, "X-Content-Type-Options", "nosniff");
	response_body(c, "text/plain; charset=utf-8", &body);
	return true;
}
