/*
 * CA files with LibreTLS over OpenSSL, in fetch.  libtls reads the whole
 * file again for each connection, and OpenSSL 3 takes 20 milliseconds and
 * more for one of usual size.  This file stands between the two: it is
 * found before libcrypto's function of the same name, and for octets that
 * were read before it gives the certificates that were read then.  Which
 * of them are believed is libtls's to say, as ever.  On OpenBSD reading
 * is quick.  Must never give certificates of other octets.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

#define BIO_DATA	3		/* BIO_CTRL_INFO of BIO_ctrl(3) */
#define FILES_MOST	8
#define LEAST		16384		/* octets; less is read quickly */

/* The first member of OpenSSL's X509_INFO, which is public. */
struct info {
	void	*certificate;
};

typedef void	*read_fn(void *, void *, void *, void *);
typedef long	 ctrl_fn(void *, int, long, void *);
typedef void	*new_fn(void);
typedef int	 push_fn(void *, const void *);
typedef int	 count_fn(const void *);
typedef void	*value_fn(const void *, int);
typedef int	 ref_fn(void *);
typedef void	 free_fn(void *);

void	*PEM_X509_INFO_read_bio(void *, void *, void *, void *);

static read_fn	*next;
static ctrl_fn	*bio_ctrl;
static new_fn	*stack_new, *info_new;
static push_fn	*stack_push;
static count_fn	*stack_count;
static value_fn	*stack_value;
static ref_fn	*certificate_ref;
static free_fn	*certificate_free;

/* A file that was read: its octets, its certificates. */
static struct file {
	uint8_t	*octets;
	size_t	 len;
	size_t	 count;
	void	**certificates;
} files[FILES_MOST];
static size_t	 oldest;

static void
find_functions(void)
{
	static const struct {
		const char	*name;
		void		*place;
	} table[] = {
		{ "PEM_X509_INFO_read_bio",	&next },
		{ "BIO_ctrl",			&bio_ctrl },
		{ "OPENSSL_sk_new_null",	&stack_new },
		{ "OPENSSL_sk_push",		&stack_push },
		{ "OPENSSL_sk_num",		&stack_count },
		{ "OPENSSL_sk_value",		&stack_value },
		{ "X509_INFO_new",		&info_new },
		{ "X509_up_ref",		&certificate_ref },
		{ "X509_free",			&certificate_free }
	};
	size_t	 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		*(void **)table[i].place = dlsym(RTLD_NEXT, table[i].name);
		if (*(void **)table[i].place == NULL)
			fatalx("no %s", table[i].name);
	}
}

static void
forget(struct file *f)
{
	size_t	 i;

	for (i = 0; i < f->count; i++)
		certificate_free(f->certificates[i]);
	free(f->certificates);
	free(f->octets);
	memset(f, 0, sizeof(*f));
}

/* What was read from these octets, which hold nothing but certificates. */
static void
keep(const uint8_t *octets, size_t len, const void *stack)
{
	struct file	*f = &files[oldest++ % FILES_MOST];
	struct info	*info;
	int		 i, n = stack_count(stack);

	forget(f);
	if (n <= 0)
		return;
	f->octets = malloc(len);
	f->certificates = calloc((size_t)n, sizeof(*f->certificates));
	if (f->octets == NULL || f->certificates == NULL)
		fatal("malloc");
	memcpy(f->octets, octets, len);
	f->len = len;
	for (i = 0; i < n; i++) {
		info = stack_value(stack, i);
		if (info->certificate == NULL ||
		    certificate_ref(info->certificate) != 1) {
			forget(f);
			return;
		}
		f->certificates[f->count++] = info->certificate;
	}
}

static void *
again(const struct file *f)
{
	struct info	*info;
	void		*stack;
	size_t		 i;

	if ((stack = stack_new()) == NULL)
		fatalx("OPENSSL_sk_new_null");
	for (i = 0; i < f->count; i++) {
		if ((info = info_new()) == NULL ||
		    certificate_ref(f->certificates[i]) != 1)
			fatalx("X509_INFO_new");
		info->certificate = f->certificates[i];
		if (stack_push(stack, info) <= 0)
			fatalx("OPENSSL_sk_push");
	}
	return stack;
}

void *
PEM_X509_INFO_read_bio(void *bio, void *stack, void *callback, void *arg)
{
	uint8_t	*octets = NULL;
	void	*found;
	size_t	 i, len;
	long	 n;

	if (next == NULL)
		find_functions();
	n = bio_ctrl(bio, BIO_DATA, 0, &octets);
	if (stack != NULL || n < LEAST || octets == NULL)
		return next(bio, stack, callback, arg);
	len = (size_t)n;
	for (i = 0; i < FILES_MOST; i++) {
		if (files[i].len == len &&
		    memcmp(files[i].octets, octets, len) == 0)
			return again(&files[i]);
	}
	/* Reading takes the octets out of the BIO: they stay where they are. */
	found = next(bio, stack, callback, arg);
	if (found != NULL)
		keep(octets, len, found);
	return found;
}
