/*
 * Reading resolv.conf and hosts files, which parent hands over as texts.
 * fetch; pure.  Must never open a file.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hfssod/fetch/names.h"

#define PORT		53
#define WORD_MOST	255

/* The next line off the front, without its comment; false at the end. */
static bool
next_line(struct bytes *text, struct bytes *line)
{
	const uint8_t	*end;
	size_t		 i;

	if (text->len == 0)
		return false;
	end = memchr(text->data, '\n', text->len);
	line->data = text->data;
	line->len = end == NULL ? text->len : (size_t)(end - text->data);
	i = line->len + (end == NULL ? 0 : 1);
	text->data += i;
	text->len -= i;
	for (i = 0; i < line->len; i++) {
		if (line->data[i] == '#' || line->data[i] == ';')
			line->len = i;
	}
	return true;
}

static bool
blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line; false when there is none, or it is too long. */
static bool
next_word(struct bytes *line, char word[WORD_MOST + 1])
{
	size_t	 n;

	while (line->len > 0 && blank(*line->data)) {
		line->data++;
		line->len--;
	}
	for (n = 0; n < line->len && !blank(line->data[n]); n++)
		continue;
	if (n == 0 || n > WORD_MOST ||
	    memchr(line->data, '\0', n) != NULL)
		return false;
	memcpy(word, line->data, n);
	word[n] = '\0';
	line->data += n;
	line->len -= n;
	return true;
}

bool
server_parse(const char *text, struct server *s)
{
	char		 host[INET6_ADDRSTRLEN];
	const char	*end, *port = NULL, *error = NULL;
	size_t		 len;

	s->port = PORT;
	if (*text == '[') {
		if ((end = strchr(++text, ']')) == NULL ||
		    memchr(text, ':', (size_t)(end - text)) == NULL ||
		    (end[1] != '\0' && end[1] != ':'))
			return false;
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end != NULL && strchr(end + 1, ':') == NULL)
			port = end + 1;
		else
			end = text + strlen(text);
	}
	len = (size_t)(end - text);
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (port != NULL) {
		if (*port < '0' || *port > '9')
			return false;
		s->port = (unsigned int)strtonum(port, 1, 65535, &error);
	}
	return error == NULL && address_parse(host, &s->address);
}

size_t
resolv_conf_servers(struct bytes text, struct server *list, size_t most)
{
	struct bytes	 line;
	char		 word[WORD_MOST + 1];
	size_t		 n = 0;

	while (n < most && next_line(&text, &line)) {
		if (!next_word(&line, word) ||
		    strcmp(word, "nameserver") != 0 || !next_word(&line, word))
			continue;
		list[n].port = PORT;
		if (address_parse(word, &list[n].address) ||
		    (*word == '[' && server_parse(word, &list[n])))
			n++;
	}
	if (n == 0 && most > 0)
		(void)server_parse("127.0.0.1", &list[n++]);
	return n;
}

size_t
hosts_find(struct bytes text, const char *name, struct address *list,
    size_t most)
{
	struct bytes	 line;
	struct address	 address;
	char		 word[WORD_MOST + 1];
	size_t		 n = 0;

	while (n < most && next_line(&text, &line)) {
		if (!next_word(&line, word) || !address_parse(word, &address))
			continue;
		while (next_word(&line, word)) {
			if (strcasecmp(word, name) == 0) {
				list[n++] = address;
				break;
			}
		}
	}
	return n;
}
