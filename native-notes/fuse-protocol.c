/*
 * Prints the layouts of the kernel's FUSE messages that the kernel driver relies on. Needs the
 * kernel's headers for programs:
 *
 *   apt-get install gcc linux-libc-dev
 *   gcc native-notes/fuse-protocol.c -o /tmp/fuse-protocol && /tmp/fuse-protocol
 */
#include <linux/fuse.h>
#include <stddef.h>
#include <stdio.h>

#define SHOW(type, field) printf("%-18s %-22s %zu\n", #type, #field, offsetof(struct type, field))
#define SIZE(type) printf("%-18s %-22s %zu\n", #type, "(size)", sizeof(struct type))

int main(void)
{
	printf("version %d.%d\n", FUSE_KERNEL_VERSION, FUSE_KERNEL_MINOR_VERSION);
	SHOW(fuse_in_header, opcode);
	SHOW(fuse_in_header, unique);
	SHOW(fuse_in_header, nodeid);
	SHOW(fuse_in_header, uid);
	SHOW(fuse_in_header, gid);
	SHOW(fuse_in_header, pid);
	SIZE(fuse_in_header);
	SHOW(fuse_out_header, error);
	SHOW(fuse_out_header, unique);
	SIZE(fuse_out_header);

	SHOW(fuse_init_in, flags);
	SHOW(fuse_init_in, flags2);
	SHOW(fuse_init_out, max_readahead);
	SHOW(fuse_init_out, flags);
	SHOW(fuse_init_out, max_background);
	SHOW(fuse_init_out, congestion_threshold);
	SHOW(fuse_init_out, max_write);
	SHOW(fuse_init_out, time_gran);
	SHOW(fuse_init_out, max_pages);
	SHOW(fuse_init_out, flags2);
	SIZE(fuse_init_out);

	SHOW(fuse_lk_in, fh);
	SHOW(fuse_lk_in, owner);
	SHOW(fuse_lk_in, lk.start);
	SHOW(fuse_lk_in, lk.end);
	SHOW(fuse_lk_in, lk.type);
	SHOW(fuse_lk_in, lk.pid);
	SHOW(fuse_lk_in, lk_flags);
	SIZE(fuse_lk_in);
	SHOW(fuse_lk_out, lk.type);
	SHOW(fuse_lk_out, lk.pid);
	SIZE(fuse_lk_out);
	SHOW(fuse_flush_in, fh);
	SHOW(fuse_flush_in, lock_owner);
	SIZE(fuse_flush_in);

	SHOW(fuse_ioctl_in, cmd);
	SHOW(fuse_ioctl_in, in_size);
	SHOW(fuse_ioctl_in, out_size);
	SIZE(fuse_ioctl_in);
	SIZE(fuse_ioctl_out);
#if FUSE_KERNEL_MINOR_VERSION >= 39
	SHOW(fuse_statx_in, getattr_flags);
	SHOW(fuse_statx_in, fh);
	SHOW(fuse_statx_out, attr_valid_nsec);
	SHOW(fuse_statx_out, stat);
	SIZE(fuse_statx_out);
	SHOW(fuse_statx, attributes);
	SHOW(fuse_statx, nlink);
	SHOW(fuse_statx, mode);
	SHOW(fuse_statx, ino);
	SHOW(fuse_statx, blocks);
	SHOW(fuse_statx, attributes_mask);
	SHOW(fuse_statx, atime);
	SHOW(fuse_statx, btime);
	SHOW(fuse_statx, ctime);
	SHOW(fuse_statx, mtime);
	SHOW(fuse_statx, rdev_major);
	SHOW(fuse_statx, rdev_minor);
#endif

	SHOW(fuse_attr, size);
	SHOW(fuse_attr, blocks);
	SHOW(fuse_attr, atime);
	SHOW(fuse_attr, atimensec);
	SHOW(fuse_attr, mode);
	SHOW(fuse_attr, nlink);
	SHOW(fuse_attr, uid);
	SHOW(fuse_attr, gid);
	SHOW(fuse_attr, rdev);
	SHOW(fuse_attr, blksize);
	SIZE(fuse_attr);
	SHOW(fuse_attr_out, attr_valid_nsec);
	SHOW(fuse_attr_out, attr);
	SIZE(fuse_attr_out);
	SHOW(fuse_entry_out, entry_valid);
	SHOW(fuse_entry_out, attr_valid);
	SHOW(fuse_entry_out, entry_valid_nsec);
	SHOW(fuse_entry_out, attr_valid_nsec);
	SHOW(fuse_entry_out, attr);
	SIZE(fuse_entry_out);

	SHOW(fuse_getattr_in, fh);
	SHOW(fuse_setattr_in, size);
	SHOW(fuse_setattr_in, atime);
	SHOW(fuse_setattr_in, mtime);
	SHOW(fuse_setattr_in, atimensec);
	SHOW(fuse_setattr_in, mtimensec);
	SHOW(fuse_setattr_in, mode);
	SHOW(fuse_setattr_in, uid);
	SHOW(fuse_setattr_in, gid);
	SHOW(fuse_mknod_in, umask);
	SHOW(fuse_mkdir_in, umask);
	SHOW(fuse_open_in, open_flags);
	SHOW(fuse_create_in, umask);
	SHOW(fuse_create_in, open_flags);
	SHOW(fuse_setxattr_in, flags);
	SHOW(fuse_setxattr_in, setxattr_flags);
	SIZE(fuse_setxattr_in);
	SHOW(fuse_getxattr_in, size);
	SIZE(fuse_getxattr_in);
	SIZE(fuse_getxattr_out);
	SIZE(fuse_mknod_in);
	SIZE(fuse_mkdir_in);
	SIZE(fuse_rename_in);
	SIZE(fuse_rename2_in);
	SIZE(fuse_link_in);
	SHOW(fuse_create_in, mode);
	SIZE(fuse_create_in);
	SHOW(fuse_open_out, open_flags);
	SIZE(fuse_open_out);
	SHOW(fuse_read_in, offset);
	SHOW(fuse_read_in, size);
	SIZE(fuse_read_in);
	SHOW(fuse_write_in, offset);
	SHOW(fuse_write_in, size);
	SHOW(fuse_write_in, write_flags);
	SHOW(fuse_write_in, flags);
	SIZE(fuse_write_in);
	SIZE(fuse_write_out);
	SHOW(fuse_fallocate_in, offset);
	SHOW(fuse_fallocate_in, length);
	SHOW(fuse_fallocate_in, mode);
	SHOW(fuse_lseek_in, offset);
	SHOW(fuse_lseek_in, whence);
	SIZE(fuse_lseek_out);
	SHOW(fuse_copy_file_range_in, off_in);
	SHOW(fuse_copy_file_range_in, nodeid_out);
	SHOW(fuse_copy_file_range_in, fh_out);
	SHOW(fuse_copy_file_range_in, off_out);
	SHOW(fuse_copy_file_range_in, len);
	SHOW(fuse_copy_file_range_in, flags);
#if FUSE_KERNEL_MINOR_VERSION >= 45
	SIZE(fuse_copy_file_range_out);
	printf("COPY_FILE_RANGE_64 %d\n", FUSE_COPY_FILE_RANGE_64);
#endif
	printf("FALLOCATE %d LSEEK %d COPY_FILE_RANGE %d TMPFILE %d\n", FUSE_FALLOCATE, FUSE_LSEEK,
	       FUSE_COPY_FILE_RANGE, FUSE_TMPFILE);
	SHOW(fuse_kstatfs, bsize);
	SHOW(fuse_kstatfs, namelen);
	SHOW(fuse_kstatfs, frsize);
	SIZE(fuse_kstatfs);
	SHOW(fuse_dirent, off);
	SHOW(fuse_dirent, namelen);
	SHOW(fuse_dirent, type);
	SHOW(fuse_dirent, name);
	SIZE(fuse_notify_inval_inode_out);
	printf("DONT_MASK %x POSIX_ACL %x HANDLE_KILLPRIV_V2 %x SETXATTR_EXT %x\n", FUSE_DONT_MASK, FUSE_POSIX_ACL,
	       FUSE_HANDLE_KILLPRIV_V2, FUSE_SETXATTR_EXT);
	printf("FATTR_KILL_SUIDGID %x WRITE_KILL_SUIDGID %x OPEN_KILL_SUIDGID %x ACL_KILL_SGID %x\n", FATTR_KILL_SUIDGID,
	       FUSE_WRITE_KILL_SUIDGID, FUSE_OPEN_KILL_SUIDGID, FUSE_SETXATTR_ACL_KILL_SGID);
	printf("ASYNC_READ %x ATOMIC_O_TRUNC %x BIG_WRITES %x ASYNC_DIO %x\n", FUSE_ASYNC_READ,
	       FUSE_ATOMIC_O_TRUNC, FUSE_BIG_WRITES, FUSE_ASYNC_DIO);
	return 0;
}
