# What is different on OpenBSD.  Read by make from the top level Makefile.
SYS_SANDBOX =	common/sandbox-openbsd.c
SYS_MEMFILE =	common/memfile-openbsd.c
SYS_TICKET =
SYS_TRUST =
SYS_CFLAGS =	-I/usr/local/include
SYS_LIBS =	-L/usr/local/lib
SANDBOX_LIBS =
