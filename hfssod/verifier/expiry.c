/* Warnings of what ends, in verifier; pure. */
#include "hfssod/verifier/expiry.h"

#define DAY	86400

/* How pressing it is: 0 not at all, then within 30 days, 7 days, over. */
static int
stage(int64_t end, int64_t at)
{
	if (end <= at)
		return 3;
	if (end - at <= 7 * DAY)
		return 2;
	return end - at <= 30 * DAY ? 1 : 0;
}

enum expiry
expiry_judge(struct expiry_memory *m, int64_t end, int64_t now)
{
	int is;

	if (m->end != end) {
		m->end = end;
		m->said = 0;
	}
	if (end == 0 || (is = stage(end, now)) == 0)
		return EXPIRY_NONE;
	if (m->said != 0 && stage(end, m->said) == is &&
	    (is < 3 || now - m->said < DAY))
		return EXPIRY_NONE;
	m->said = now;
	return is == 3 ? EXPIRY_OVER : EXPIRY_SOON;
}
