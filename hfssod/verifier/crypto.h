/*
 * The libraries: loaded, made safe and touched before the sandbox, so
 * that none of them opens anything later.
 */
#ifndef VERIFIER_CRYPTO_H
#define VERIFIER_CRYPTO_H

/*
 * Once, at the start.  After it libxml2 and xmlsec open nothing, print
 * nothing and load nothing.  Fatal if a library is not as it must be.
 */
void	 crypto_start(void);

#endif
