# What is different on Linux.  Read by make from the top level Makefile.
SYS_SANDBOX =	common/sandbox-linux.c
SYS_MEMFILE =	common/memfile-linux.c
SYS_CFLAGS !=	echo "-DLIBBSD_OPENBSD_VIS `pkg-config --cflags libbsd-overlay`"
SYS_LIBS !=	pkg-config --libs libbsd-overlay
SANDBOX_LIBS !=	pkg-config --libs libseccomp
