/*
 * Session tickets with LibreTLS over OpenSSL, in http.  libtls answers
 * OpenSSL's question for a ticket key with 0 when all is well; to OpenSSL
 * that means "issue no ticket", and no session would ever be resumed.
 * This file stands between the two: it is found before libssl's function
 * of the same name, and passes everything on, with the answer corrected.
 * On OpenBSD libtls and its libssl agree.  Must never touch the keys.
 */
#include <dlfcn.h>

#include "common/log.h"

#define SET_TICKET_KEY_CALLBACK	72	/* of SSL_CTX_callback_ctrl(3) */

typedef int	 ticket_fn(void *, unsigned char *, unsigned char *, void *,
		    void *, int);
typedef void	 generic_fn(void);
typedef long	 ctrl_fn(void *, int, generic_fn *);

long	 SSL_CTX_callback_ctrl(void *, int, generic_fn *);

static ticket_fn	*wrapped;

/*
 * OpenSSL's answers: for a new ticket 1 is "made"; for one that came back
 * 0 is "unknown key", 1 "good", 2 "good, and give a new one", which
 * clients that use a ticket once only need to go on resuming.
 */
static int
ticket(void *ssl, unsigned char *name, unsigned char *iv, void *cipher,
    void *mac, int making)
{
	int	 r;

	r = wrapped(ssl, name, iv, cipher, mac, making);
	if (making)
		return r == 0 ? 1 : r;
	return r == 1 ? 2 : r;
}

long
SSL_CTX_callback_ctrl(void *ctx, int command, generic_fn *fn)
{
	static ctrl_fn	*next;

	if (next == NULL) {
		*(void **)&next = dlsym(RTLD_NEXT, "SSL_CTX_callback_ctrl");
		if (next == NULL)
			fatalx("no SSL_CTX_callback_ctrl");
	}
	if (command == SET_TICKET_KEY_CALLBACK && fn != NULL) {
		wrapped = (ticket_fn *)fn;
		fn = (generic_fn *)ticket;
	}
	return next(ctx, command, fn);
}
