/*
 * Fuzzer of sealed login state: no value but one that was sealed opens,
 * and what is sealed opens again.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/verifier/seal.h"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	seal_start();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct seal_context context = { "a", "b", "saml",
	    "login" };
	static struct seal_keys keys;
	struct login_state state, opened;
	char *text, *sealed;

	memset(&keys, 0x41, sizeof(keys));
	if ((text = malloc(size + 1)) == NULL)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (seal_open(&keys, &context, text, 1000, &opened) == VERDICT_ok)
		abort();
	seal_time(&keys, text);
	seal_is_id(text);
	memset(&state, 0, sizeof(state));
	seal_new_id(state.id);
	state.time = 1000;
	strlcpy(state.return_to, text, sizeof(state.return_to));
	sealed = seal_close(&keys, &context, &state);
	if (seal_open(&keys, &context, sealed, 1000, &opened) != VERDICT_ok ||
	    strcmp(opened.return_to, state.return_to) != 0)
		abort();
	/* One character of it changed. */
	if (size > 0) {
		text[0] = sealed[data[0] % strlen(sealed)];
		sealed[data[0] % strlen(sealed)] = text[0] == 'A' ? 'B' : 'A';
		if (seal_open(&keys, &context, sealed, 1000, &opened) ==
		    VERDICT_ok)
			abort();
	}
	free(sealed);
	free(text);
	return 0;
}
