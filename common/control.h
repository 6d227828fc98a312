/* Where hfssoctl finds hfssod. */
#ifndef COMMON_CONTROL_H
#define COMMON_CONTROL_H

#define CONTROL_SOCKET		"/run/hfssod.sock"	/* by default */

#endif
