# What is different on Linux.  Read by make from the top level Makefile.
SYS_SANDBOX =	common/sandbox-linux.c
SYS_MEMFILE =	common/memfile-linux.c
SYS_TICKET =	hfssod/http/ticket-linux.c
SYS_TRUST =	hfssod/fetch/trust-linux.c
SYS_CFLAGS !=	echo "-DLIBBSD_OPENBSD_VIS `pkg-config --cflags libbsd-overlay 2>/dev/null`"
SYS_LIBS !=	pkg-config --libs libbsd-overlay 2>/dev/null || :
SANDBOX_LIBS !=	pkg-config --libs libseccomp 2>/dev/null || :
