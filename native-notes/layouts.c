/*
 * Prints the struct layouts that the jnr-fuse driver relies on. Needs libfuse 2's headers:
 *
 *   apt-get install gcc libfuse-dev
 *   gcc -I/usr/include/fuse native-notes/layouts.c -o /tmp/layouts && /tmp/layouts
 */
#define FUSE_USE_VERSION 29
#define _FILE_OFFSET_BITS 64
#include <fuse.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#define SHOW(type, field) printf("%-24s %-12s %zu\n", #type, #field, offsetof(struct type, field))
#define SIZE(type) printf("%-24s %-12s %zu\n", #type, "(size)", sizeof(struct type))

static unsigned int_at(const void *address, size_t offset)
{
	unsigned value;
	memcpy(&value, (const char *) address + offset, sizeof(value));
	return value;
}

#define FLAG(type, field, offset)                                              \
	do {                                                                   \
		struct type zeroed;                                            \
		memset(&zeroed, 0, sizeof(zeroed));                            \
		zeroed.field = 1;                                              \
		printf("%-24s %-18s 0x%x at %d\n", #type, #field,              \
		       int_at(&zeroed, offset), offset);                       \
	} while (0)

int main(void)
{
	SHOW(fuse_file_info, flags);
	SHOW(fuse_file_info, writepage);
	SHOW(fuse_file_info, fh);
	SHOW(fuse_file_info, lock_owner);
	SIZE(fuse_file_info);
	FLAG(fuse_file_info, direct_io, 20);
	FLAG(fuse_file_info, keep_cache, 20);

	SHOW(fuse_operations, getattr);
	SHOW(fuse_operations, bmap);
	SHOW(fuse_operations, ioctl);
	SHOW(fuse_operations, fallocate);
	SIZE(fuse_operations);
	FLAG(fuse_operations, flag_nullpath_ok, 304);
	FLAG(fuse_operations, flag_nopath, 304);
	FLAG(fuse_operations, flag_utime_omit_ok, 304);

	SHOW(stat, st_ino);
	SHOW(stat, st_nlink);
	SHOW(stat, st_mode);
	SHOW(stat, st_uid);
	SHOW(stat, st_gid);
	SHOW(stat, st_rdev);
	SHOW(stat, st_size);
	SHOW(stat, st_blksize);
	SHOW(stat, st_blocks);
	SHOW(stat, st_atim);
	SHOW(stat, st_mtim);
	SHOW(stat, st_ctim);
	SIZE(stat);

	SHOW(statvfs, f_bsize);
	SHOW(statvfs, f_frsize);
	SHOW(statvfs, f_blocks);
	SHOW(statvfs, f_bfree);
	SHOW(statvfs, f_bavail);
	SHOW(statvfs, f_files);
	SHOW(statvfs, f_ffree);
	SHOW(statvfs, f_favail);
	SHOW(statvfs, f_namemax);
	SIZE(statvfs);
	return 0;
}
