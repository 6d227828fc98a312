/*
 * The networks that are inside, as a table.  fetch; pure.  Must never call
 * an address public that it does not know to be so: of IPv6 only 2000::/3
 * is, less the lines below.
 */
#include <string.h>

#include "hfssod/fetch/address.h"

/* IPv4, mapped into IPv6 as everywhere in this daemon. */
#define V4(a, b, c, d)	{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, \
			    (a), (b), (c), (d) } }
#define V6(...)		{ { __VA_ARGS__ } }

static const struct network inside[] = {
	{ V4(0, 0, 0, 0),	96 + 8 },	/* this network */
	{ V4(10, 0, 0, 0),	96 + 8 },	/* private */
	{ V4(100, 64, 0, 0),	96 + 10 },	/* carrier's NAT */
	{ V4(127, 0, 0, 0),	96 + 8 },	/* loopback */
	{ V4(169, 254, 0, 0),	96 + 16 },	/* link-local; clouds' data */
	{ V4(172, 16, 0, 0),	96 + 12 },	/* private */
	{ V4(192, 0, 0, 0),	96 + 24 },	/* protocol assignments */
	{ V4(192, 0, 2, 0),	96 + 24 },	/* documentation */
	{ V4(192, 31, 196, 0),	96 + 24 },	/* AS112 */
	{ V4(192, 52, 193, 0),	96 + 24 },	/* AMT */
	{ V4(192, 88, 99, 0),	96 + 24 },	/* 6to4 relays */
	{ V4(192, 168, 0, 0),	96 + 16 },	/* private */
	{ V4(192, 175, 48, 0),	96 + 24 },	/* AS112 */
	{ V4(198, 18, 0, 0),	96 + 15 },	/* benchmarks */
	{ V4(198, 51, 100, 0),	96 + 24 },	/* documentation */
	{ V4(203, 0, 113, 0),	96 + 24 },	/* documentation */
	{ V4(224, 0, 0, 0),	96 + 4 },	/* multicast */
	{ V4(240, 0, 0, 0),	96 + 4 },	/* reserved, broadcast */
	/* Of 2000::/3; the carriers of IPv4 are looked into first. */
	{ V6(0x20, 0x01, 0x00),			23 },	/* protocols */
	{ V6(0x20, 0x01, 0x0d, 0xb8),		32 },	/* documentation */
	{ V6(0x26, 0x20, 0x00, 0x4f, 0x80, 0x00), 48 },	/* AS112 */
	{ V6(0x3f, 0xff),			20 },	/* documentation */
	{ V6(0x3f, 0xfe),			16 }	/* 6bone */
};

static const struct network mapped = { V4(0, 0, 0, 0), 96 };
static const struct network global = { V6(0x20), 3 };

/* Addresses that carry one of IPv4, and where; some have it inverted. */
static const struct {
	struct network	 network;
	unsigned int	 at;
	uint8_t		 invert;
} carriers[] = {
	{ { V6(0x00, 0x64, 0xff, 0x9b), 96 },	12, 0 },	/* NAT64 */
	{ { V6(0x20, 0x02), 16 },		2, 0 },		/* 6to4 */
	{ { V6(0x20, 0x01, 0x00, 0x00), 32 },	4, 0 },	/* Teredo's server */
	{ { V6(0x20, 0x01, 0x00, 0x00), 32 },	12, 0xff }	/* and client */
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static bool
listed(const struct address *a)
{
	size_t	 i;

	for (i = 0; i < COUNT(inside); i++) {
		if (network_has(&inside[i], a))
			return true;
	}
	return false;
}

/* The address of IPv4 that lies in it, mapped. */
static struct address
carried(const struct address *a, unsigned int at, uint8_t invert)
{
	struct address	 v4 = mapped.address;
	unsigned int	 i;

	for (i = 0; i < 4; i++)
		v4.octets[12 + i] = a->octets[at + i] ^ invert;
	return v4;
}

bool
address_inside(const struct address *a)
{
	struct address	 v4;
	bool		 carries = false;
	size_t		 i;

	if (network_has(&mapped, a))
		return listed(a);
	for (i = 0; i < COUNT(carriers); i++) {
		if (!network_has(&carriers[i].network, a))
			continue;
		v4 = carried(a, carriers[i].at, carriers[i].invert);
		if (listed(&v4))
			return true;
		carries = true;
	}
	if (carries)
		return false;
	return !network_has(&global, a) || listed(a);
}

bool
address_loopback(const struct address *a)
{
	static const struct network	 nets[] = {
		{ V4(127, 0, 0, 0), 96 + 8 },
		{ V6(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 128 }
	};

	return network_has(&nets[0], a) || network_has(&nets[1], a);
}
