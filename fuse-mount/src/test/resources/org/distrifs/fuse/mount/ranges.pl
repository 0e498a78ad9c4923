# Prints what calls on ranges of files answer in the current folder. Run in two folders it must print
# the same. Arguments: a seed, the number of random steps.
use strict;
use warnings;
no warnings 'portable';
use Fcntl qw(:DEFAULT :seek);
use POSIX ();
use Errno ();
use Digest::MD5 qw(md5_hex);

my ($seed, $steps) = @ARGV;
my $machine = (POSIX::uname())[4];
my %calls = $machine eq 'aarch64'
    ? (fallocate => 47, lseek => 62, copy => 285)
    : (fallocate => 285, lseek => 8, copy => 326);
my ($KEEP, $PUNCH, $ZERO) = (1, 2, 16);
my ($DATA, $HOLE) = (3, 4);
my $MOST = 3_000_000;

sub errno {
    my $code = $! + 0;
    return (grep { $code && $!{$_} } sort keys %!)[0] // 'no errno';
}

sub fallocate {
    my ($file, $mode, $offset, $length) = @_;
    my $answer = syscall($calls{fallocate}, fileno $file, $mode, $offset, $length);
    return $answer == 0 ? 'done' : errno();
}

sub seek_to {
    my ($file, $offset, $whence) = @_;
    my $found = syscall($calls{lseek}, fileno $file, $offset, $whence);
    return $found == -1 ? errno() : $found;
}

sub copy_range {
    my ($from, $at, $to, $target, $length) = @_;
    my $total = 0;
    while ($length > $total) {
        my $in = pack 'q', $at + $total;
        my $out = pack 'q', $target + $total;
        my $count = syscall($calls{copy}, fileno $from, $in, fileno $to, $out, $length - $total, 0);
        return errno() . " after $total" if $count == -1;
        last if $count == 0;
        $total += $count;
    }
    return "$total copied";
}

sub content {
    my ($file) = @_;
    sysseek $file, 0, SEEK_SET;
    my $all = '';
    while (sysread($file, my $part, 1 << 20)) { $all .= $part }
    return $all;
}

sub state_of {
    my ($file) = @_;
    my $bytes = content($file);
    return length($bytes) . ' ' . (stat $file)[7] . ' ' . md5_hex($bytes);
}

# Where data and holes are found depends on the file system; that holes read as zeros does not.
sub check_seeks {
    my ($file, $offset) = @_;
    my $bytes = content($file);
    my $size = length $bytes;
    my $data = seek_to($file, $offset, $DATA);
    my $hole = seek_to($file, $offset, $HOLE);
    return "$data $hole behind the end" if $offset >= $size;
    my $until = $data eq 'ENXIO' ? $size : $data;
    return "no offset: $data $hole" if "$until$hole" =~ /[^0-9]/ || $until < $offset || $hole < $offset;
    return "data before $until" if substr($bytes, $offset, $until - $offset) =~ /[^\0]/;
    return "a hole at $hole of $size" if $hole > $size;
    return 'sound';
}

sub fresh_file {
    my ($path) = @_;
    sysopen(my $file, $path, O_RDWR | O_CREAT | O_TRUNC, 0644) or die "$path: $!";
    return $file;
}

print "# refusals\n";
my $f = fresh_file('f');
syswrite $f, 'x' x 10_000;
sysopen(my $reader, 'f', O_RDONLY);
sysopen(my $folder, '.', O_RDONLY);
pipe(my $pipe_out, my $pipe_in);
# 8 and 32 take bytes out and put some in, which ext4 does.
for my $mode (grep { $_ != 8 && $_ != 32 } 0 .. 63) {
    print "mode $mode: ", fallocate($f, $mode, 4096, 4096), ' ', (stat $f)[7], "\n";
    truncate $f, 10_000;
}
print "offset below 0: ", fallocate($f, 0, -1, 10), "\n";
print "length 0: ", fallocate($f, 0, 10, 0), "\n";
print "length below 0: ", fallocate($f, 0, 10, -5), "\n";
print "unknown mode and length 0: ", fallocate($f, 0x4000, 10, 0), "\n";
print "beyond the largest offset: ", fallocate($f, 0, 0x7fffffffffffffff, 10), "\n";
print "of a reader: ", fallocate($reader, 0, 0, 10), "\n";
print "of a folder: ", fallocate($folder, 0, 0, 10), "\n";
print "of a pipe: ", fallocate($pipe_in, 0, 0, 10), "\n";
print "copy over itself: ", copy_range($f, 0, $f, 100, 200), "\n";
print "copy beside itself: ", copy_range($f, 0, $f, 9_900, 200), ' ', state_of($f), "\n";
print "copy to a reader: ", copy_range($f, 0, $reader, 0, 10), "\n";
print "copy of a folder: ", copy_range($folder, 0, $f, 0, 10), "\n";
print "copy behind the end: ", copy_range($f, 1 << 20, $f, 0, 10), "\n";
for my $offset (-1, 10_100, 1 << 40) {
    print "seek at $offset: ", join(' ', map { seek_to($f, $offset, $_) } $DATA, $HOLE), "\n";
}

print "# times\n";
for my $mode (0, $KEEP, $KEEP | $PUNCH, $ZERO, $ZERO | $KEEP) {
    utime 1, 2, $f;
    fallocate($f, $mode, 100, 1_000);
    print "mode $mode: ", ((stat $f)[9] > 1_000_000 ? 'modified' : 'not modified'), "\n";
}

print "# random steps\n";
srand $seed;
my @files = map { fresh_file("random$_") } 0 .. 1;
sub some { return int rand $_[0] }
for my $step (1 .. $steps) {
    my $file = $files[some(2)];
    my $offset = some($MOST);
    my $length = 1 + some(rand() < 0.5 ? 500_000 : 9_000);
    my $kind = some(11);
    my $what;
    if ($kind <= 2) {
        my $data = chr(1 + some(255)) x $length;
        sysseek $file, $offset, SEEK_SET;
        $what = 'write ' . (syswrite($file, $data) // errno());
    } elsif ($kind == 3) {
        $what = 'punch ' . fallocate($file, $KEEP | $PUNCH, $offset, $length);
    } elsif ($kind == 4) {
        $what = 'zero ' . fallocate($file, $ZERO | some(2), $offset, $length);
    } elsif ($kind == 5) {
        $what = 'allocate ' . fallocate($file, some(2), $offset, $length);
    } elsif ($kind == 6) {
        $what = 'truncate ' . (truncate($file, $offset) ? 'done' : errno());
    } elsif ($kind <= 8) {
        my $target = some($MOST);
        $what = 'copy ' . copy_range($files[some(2)], $offset, $file, $target, $length);
    } elsif ($kind == 9) {
        $what = 'seek ' . check_seeks($file, some($MOST));
    } else {
        my $index = $file == $files[0] ? 0 : 1;
        sysopen $files[$index], "random$index", O_RDWR;
        $file = $files[$index];
        $what = 'reopen';
    }
    print "$step at $offset, $length: $what; ", state_of($file), "\n";
}
