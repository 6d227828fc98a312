/* Fuzzer of identity provider metadata. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/metadata_idp.h"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	crypto_start();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "", "https://idp.example.org" };
	struct metadata_idp m;
	size_t i;

	for (i = 0; i < 2; i++) {
		/* What is taken is complete. */
		if (metadata_idp_parse(&m, data, size, names[i], NULL) == NULL &&
		    (m.entity_id == NULL || m.keys.count == 0 ||
		    (m.sso[0] == NULL && m.sso[1] == NULL)))
			abort();
		metadata_idp_free(&m);
	}
	return 0;
}
