/* Whether this process can do its work. */
#ifndef HTTP_HEALTH_H
#define HTTP_HEALTH_H

#include "hfssod/http/call.h"

/* GET /healthz: 200 "ok", or 503 and what is away. */
call_fn	 health_show;

#endif
