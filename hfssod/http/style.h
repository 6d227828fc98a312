/* The one stylesheet of our pages. */
#ifndef HTTP_STYLE_H
#define HTTP_STYLE_H

#include "hfssod/http/call.h"

call_fn	 style_show;

#endif
