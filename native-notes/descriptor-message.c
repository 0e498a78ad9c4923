/*
 * Prints the layout of the message by which fusermount3 sends the descriptor of /dev/fuse, for
 * DescriptorMessage of the kernel driver:
 *
 *   gcc native-notes/descriptor-message.c -o /tmp/descriptor-message && /tmp/descriptor-message
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#define SHOW(type, field) printf("%-10s %-16s %zu\n", #type, #field, offsetof(struct type, field))
#define SIZE(type) printf("%-10s %-16s %zu\n", #type, "(size)", sizeof(struct type))

int main(void)
{
	SHOW(msghdr, msg_name);
	SHOW(msghdr, msg_namelen);
	SHOW(msghdr, msg_iov);
	SHOW(msghdr, msg_iovlen);
	SHOW(msghdr, msg_control);
	SHOW(msghdr, msg_controllen);
	SHOW(msghdr, msg_flags);
	SIZE(msghdr);
	SHOW(cmsghdr, cmsg_len);
	SHOW(cmsghdr, cmsg_level);
	SHOW(cmsghdr, cmsg_type);
	printf("%-10s %-16s %zu\n", "cmsghdr", "CMSG_LEN(4)", CMSG_LEN(4));
	printf("%-10s %-16s %zu\n", "cmsghdr", "CMSG_SPACE(4)", CMSG_SPACE(4));
	SIZE(timeval);
	printf("SO_RCVTIMEO %d, SOCK_CLOEXEC 0%o, MSG_CMSG_CLOEXEC %#x\n",
	       SO_RCVTIMEO, SOCK_CLOEXEC, MSG_CMSG_CLOEXEC);
	printf("posix_spawn_file_actions_t %zu bytes\n", sizeof(posix_spawn_file_actions_t));
	return 0;
}
