/* Single values of the configuration.  In parent.  Pure. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/parent/value.h"

/* A unit and how many of the smallest it is, largest first. */
struct unit {
	char	 letter;
	int64_t	 many;
};
static const struct unit durations[] = {
	{ 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 }, { 0, 0 }
};
static const struct unit sizes[] = {
	{ 'm', 1024 * 1024 }, { 'k', 1024 }, { 0, 0 }
};

/* Headers that would break the answer or the request behind the proxy. */
static const char *const header_forbidden[] = {
	"Authorization", "Connection", "Cookie", "Date", "Expect", "Forwarded",
	"Host", "Keep-Alive", "Location", "Origin", "Proxy-Authorization",
	"Referer", "Server", "Set-Cookie", "TE", "Trailer",
	"Transfer-Encoding", "Upgrade", "Vary", "Via", "WWW-Authenticate"
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

bool
value_number(const char *text, int64_t least, int64_t most, int64_t *out)
{
	const char	*error;
	int64_t		 n;
	size_t		 i;

	for (i = 0; text[i] != '\0'; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
	}
	if (i == 0 || i > 18 || (i > 1 && text[0] == '0'))
		return false;
	n = strtonum(text, least, most, &error);
	if (error != NULL)
		return false;
	*out = n;
	return true;
}

/* Digits and one letter; a letter may be missing if bare is set. */
static bool
with_unit(const char *text, const struct unit *units, bool bare, int64_t *out)
{
	char		 digits[16];
	size_t		 len;
	int64_t		 n, many;

	len = strlen(text);
	if (len == 0 || len > sizeof(digits))
		return false;
	many = 0;
	for (; units->letter != 0; units++) {
		if (text[len - 1] == units->letter) {
			many = units->many;
			len--;
			break;
		}
	}
	if (many == 0) {
		if (!bare)
			return false;
		many = 1;
	}
	if (len >= sizeof(digits))
		return false;
	memcpy(digits, text, len);
	digits[len] = '\0';
	if (!value_number(digits, 0, INT32_MAX, &n))
		return false;
	*out = n * many;
	return true;
}

bool
value_duration(const char *text, int64_t *out)
{
	return with_unit(text, durations, false, out);
}

bool
value_percent(const char *text, int64_t *out)
{
	char	 digits[4];
	size_t	 len;

	len = strlen(text);
	if (len < 2 || len > sizeof(digits) || text[len - 1] != '%')
		return false;
	memcpy(digits, text, len - 1);
	digits[len - 1] = '\0';
	return value_number(digits, 1, 100, out);
}

bool
value_size(const char *text, int64_t *out)
{
	return with_unit(text, sizes, true, out);
}

static void
unit_text(int64_t n, const struct unit *units, char *out)
{
	for (; units->letter != 0; units++) {
		if (n % units->many == 0 && (n != 0 || units->many == 1)) {
			snprintf(out, VALUE_TEXT, "%lld%c",
			    (long long)(n / units->many), units->letter);
			return;
		}
	}
	snprintf(out, VALUE_TEXT, "%lld", (long long)n);
}

void
value_duration_text(int64_t n, char *out)
{
	unit_text(n, durations, out);
}

void
value_size_text(int64_t n, char *out)
{
	unit_text(n, sizes, out);
}

bool
value_enum(const char *text, const char *const *names, unsigned int *out)
{
	unsigned int	 i;

	for (i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

bool
value_label(const char *text)
{
	size_t	 i, len;

	len = strlen(text);
	if (len == 0 || len > LIMIT_CONNECTION)
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] == '-') {
			if (i == 0 || i + 1 == len || text[i - 1] == '-')
				return false;
		} else if (!isascii((unsigned char)text[i]) ||
		    !isalnum((unsigned char)text[i]))
			return false;
	}
	return true;
}

bool
value_organization(const char *text)
{
	size_t	 len;

	len = strlen(text);
	if (len < LIMIT_NAME_LEAST || len > LIMIT_NAME || !value_label(text))
		return false;
	if (strspn(text, "0123456789") == len)
		return false;
	if (len == 24 && strspn(text, "0123456789abcdefABCDEF") == len)
		return false;
	return true;
}

bool
value_slug(const char *text)
{
	size_t	 i, len;

	len = strlen(text);
	if (len == 0 || len > LIMIT_SLUG)
		return false;
	for (i = 0; i < len; i++) {
		if (isascii((unsigned char)text[i]) &&
		    isalnum((unsigned char)text[i]))
			continue;
		if (i == 0 || i + 1 == len || strchr("-_.", text[i]) == NULL)
			return false;
	}
	return true;
}

bool
value_host(const char *text, bool port)
{
	const char	*colon;
	size_t		 i, len;
	int64_t		 n;

	len = strlen(text);
	if ((colon = strchr(text, ':')) != NULL) {
		if (!port || !value_number(colon + 1, 1, 65535, &n))
			return false;
		len = (size_t)(colon - text);
	}
	if (len == 0 || len > LIMIT_HOST)
		return false;
	for (i = 0; i < len; i++) {
		if (islower((unsigned char)text[i]) ||
		    isdigit((unsigned char)text[i]))
			continue;
		if (text[i] != '-' && text[i] != '.')
			return false;
		/* No empty label, no dash at the edge of one. */
		if (i == 0 || i + 1 == len || text[i - 1] == '.' ||
		    (text[i] == '.' && text[i - 1] == '-') ||
		    (text[i] == '-' && text[i + 1] == '.'))
			return false;
	}
	return true;
}

const char *
value_origin(const char *text)
{
	const char	*host;

	if (strncmp(text, "https://", 8) != 0)
		return NULL;
	host = text + 8;
	return value_host(host, true) ? host : NULL;
}

bool
value_path(const char *text)
{
	size_t	 i, len;

	len = strlen(text);
	if (len < 2 || len > 255 || text[0] != '/' || text[len - 1] == '/')
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] == '/') {
			/* Empty and dot segments. */
			if (text[i + 1] == '/' ||
			    strcmp(text + i, "/.") == 0 ||
			    strcmp(text + i, "/..") == 0 ||
			    strncmp(text + i, "/./", 3) == 0 ||
			    strncmp(text + i, "/../", 4) == 0)
				return false;
		} else if (!isascii((unsigned char)text[i]) ||
		    (!isalnum((unsigned char)text[i]) &&
		    strchr("-._~!$&'()*+,=:@", text[i]) == NULL))
			return false;
	}
	return true;
}

bool
value_header(const char *text)
{
	size_t	 i, len;

	len = strlen(text);
	if (len == 0 || len > 64 || !isalpha((unsigned char)text[0]))
		return false;
	for (i = 0; i < len; i++) {
		if (!isascii((unsigned char)text[i]) ||
		    (!isalnum((unsigned char)text[i]) && text[i] != '-'))
			return false;
	}
	if (strncasecmp(text, "Content-", 8) == 0 ||
	    strncasecmp(text, "Accept", 6) == 0 ||
	    strncasecmp(text, "If-", 3) == 0 ||
	    strncasecmp(text, "X-Forwarded-", 12) == 0)
		return false;
	for (i = 0; i < COUNT(header_forbidden); i++) {
		if (strcasecmp(text, header_forbidden[i]) == 0)
			return false;
	}
	return true;
}

bool
value_uri(const char *text)
{
	size_t	 i, len;

	len = strlen(text);
	if (len == 0 || len > 1024 || !isalpha((unsigned char)text[0]) ||
	    strchr(text, ':') == NULL)
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] <= ' ' || text[i] >= 127 ||
		    strchr("<>\"\\^`{}|", text[i]) != NULL)
			return false;
	}
	return true;
}

bool
value_scope(const char *text)
{
	size_t	 i;

	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] <= ' ' || text[i] >= 127 || text[i] == '"' ||
		    text[i] == '\\')
			return false;
	}
	return i > 0 && i <= 255;
}

bool
value_date(const char *text, int64_t *out)
{
	struct tm	 tm, day;
	char		 again[16];
	time_t		 t;

	memset(&tm, 0, sizeof(tm));
	if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d", &tm.tm_year,
	    &tm.tm_mon, &tm.tm_mday) != 3 || tm.tm_year < 1970)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	t = timegm(&tm);
	/* A day that does not exist comes back as another one. */
	if (gmtime_r(&t, &day) == NULL ||
	    strftime(again, sizeof(again), "%Y-%m-%d", &day) == 0 ||
	    strcmp(again, text) != 0)
		return false;
	*out = t;
	return true;
}

const char *
value_pin(const char *text)
{
	uint8_t	*hash;
	size_t	 len;

	if (strncmp(text, "sha256:", 7) != 0 || strlen(text) != 7 + 44)
		return NULL;
	if ((hash = base64_decode(text + 7, 44, &len)) == NULL)
		return NULL;
	free(hash);
	return len == 32 ? text + 7 : NULL;
}
