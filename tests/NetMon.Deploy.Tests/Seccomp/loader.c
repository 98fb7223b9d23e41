// loader FILTER PROGRAM ARGUMENT...: runs the program under a filter, which is a file of struct sock_filter. As a container's runtime does.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static struct sock_filter code[4096];
	struct sock_fprog program = { .filter = code };
	int file = argc > 2 ? open(argv[1], O_RDONLY) : -1;
	ssize_t length = file < 0 ? -1 : read(file, code, sizeof(code));

	if (length <= 0 || length % sizeof(code[0]))
		return 125;
	close(file);
	program.len = length / sizeof(code[0]);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0)) {
		perror("loader");
		return 126;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
