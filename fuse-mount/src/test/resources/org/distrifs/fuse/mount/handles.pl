# name_to_handle_at(2) and open_by_handle_at(2).
#
#   handles.pl name PATH            prints the handle of what is there
#   handles.pl open FOLDER HANDLE   prints what the file contains, or where the directory is, that the handle leads to
#                                   in the mount of FOLDER; or the errno
use strict;
use warnings;
use Config;
use Errno ();
use Fcntl;

my ($NAME_TO_HANDLE_AT, $OPEN_BY_HANDLE_AT) = $Config{archname} =~ /^x86_64/ ? (303, 304) : (264, 265);
my $AT_FDCWD = -100;
my $MAX_HANDLE_BYTES = 128;

sub fail {
    my $code = $! + 0;
    my ($errno) = grep { $!{$_} } sort keys %!;
    print "$errno\n";
    exit 0;
}

my ($what, $path, $given) = @ARGV;
if ($what eq 'name') {
    # struct file_handle: uint32 bytes, int32 type, the bytes
    my $handle = pack('Ii', $MAX_HANDLE_BYTES, 0) . "\0" x $MAX_HANDLE_BYTES;
    my $mount = pack('i', 0);
    syscall($NAME_TO_HANDLE_AT, $AT_FDCWD, $path, $handle, $mount, 0) == 0 or fail();
    my ($bytes) = unpack('I', $handle);
    print unpack('H*', substr($handle, 0, 8 + $bytes)), "\n";
} else {
    sysopen(my $folder, $path, O_RDONLY | O_DIRECTORY) or fail();
    my $handle = pack('H*', $given);
    my $descriptor = syscall($OPEN_BY_HANDLE_AT, fileno($folder), $handle, O_RDONLY);
    $descriptor >= 0 or fail();
    open(my $opened, '<&=', $descriptor) or fail();
    print -d $opened ? readlink("/proc/self/fd/$descriptor") . "\n" : <$opened>;
}
