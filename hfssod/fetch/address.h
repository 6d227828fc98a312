/*
 * Which addresses are inside: no identity provider on the Internet has
 * one, so that a name which leads there is a mistake or an attack, unless
 * the configuration allows it.  Pure.
 */
#ifndef FETCH_ADDRESS_H
#define FETCH_ADDRESS_H

#include <stdbool.h>

#include "common/request.h"

/*
 * Whether an address is not of the public Internet: the special-purpose
 * registries of IANA (RFC 6890 and what was added since), multicast, and
 * addresses that carry such an IPv4 address (NAT64, 6to4, Teredo).
 */
bool	 address_inside(const struct address *);
/* Whether it is a loopback address: 127.0.0.0/8 or ::1. */
bool	 address_loopback(const struct address *);

#endif
