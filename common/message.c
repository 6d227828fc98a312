/* The message table and what is derived from it.  Every process; pure. */
#include <string.h>

#include "common/message.h"

static const struct message_info infos[MESSAGE_MAX] = {
	[MESSAGE_none] = { "none", 0, 0, 0, 0, false,
	    MESSAGE_CREDENTIAL_none, MESSAGE_none },
#define MESSAGE(name, from, to, least, most, fd, cred, answer)		\
	[MESSAGE_##name] = { #name, from, to, least, most, fd,		\
	    MESSAGE_CREDENTIAL_##cred, MESSAGE_##answer },
#include "common/message.def"
#undef MESSAGE
};

const struct message_info *
message_info(unsigned int type)
{
	if (type == MESSAGE_none || type >= MESSAGE_MAX)
		return NULL;
	return &infos[type];
}

const char *
message_name(unsigned int type)
{
	if (type >= MESSAGE_MAX)
		return "unknown";
	return infos[type].name;
}

static uint64_t
hash(uint64_t h, const void *data, size_t len)
{
	const uint8_t	*p = data;

	while (len-- > 0) {
		h ^= *p++;
		h *= 0x100000001b3ULL;
	}
	return h;
}

uint64_t
message_table_hash(void)
{
	const struct message_info	*m;
	uint64_t			 h = 0xcbf29ce484222325ULL;
	uint64_t			 row[7];
	unsigned int			 i;

	h = hash(h, HFSSOD_VERSION, sizeof(HFSSOD_VERSION));
	for (i = 0; i < MESSAGE_MAX; i++) {
		m = &infos[i];
		row[0] = m->from;
		row[1] = m->to;
		row[2] = m->least;
		row[3] = m->most;
		row[4] = m->fd;
		row[5] = m->credential;
		row[6] = m->answer;
		h = hash(h, m->name, strlen(m->name) + 1);
		h = hash(h, row, sizeof(row));
	}
	return h;
}
