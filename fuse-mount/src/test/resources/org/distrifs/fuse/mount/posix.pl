# Prints what POSIX calls answer in the current folder. Run in two folders it must print the same.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode :seek);
use POSIX ();
use Errno ();

sub outcome {
    my ($name, $call) = @_;
    $! = 0;
    my @answer = $call->();
    my $code = $! + 0;
    my ($errno) = grep { $code && $!{$_} } sort keys %!;
    my $failed = !@answer || !defined $answer[0] || "$answer[0]" eq '';
    print "$name: ", ($failed ? ($errno // 'failed') : join(' ', map { $_ // 'undef' } @answer)), "\n";
}

sub write_file {
    my ($path, $text) = @_;
    sysopen(my $file, $path, O_WRONLY | O_CREAT | O_TRUNC, 0644) or return;
    syswrite($file, $text) == length $text or return;
    return close $file;
}

sub read_file {
    my ($path) = @_;
    sysopen(my $file, $path, O_RDONLY) or return;
    sysread($file, my $text, 1 << 20) // return;
    return "[$text]";
}

sub names {
    opendir(my $folder, $_[0] // '.') or return;
    return join ',', sort map { s/[^\x20-\x7e]/sprintf '<%02x>', ord $&/ger } grep { !/^\.\.?$/ } readdir $folder;
}

sub mode { return sprintf '%o', (stat $_[0])[2] }
sub links { return (stat $_[0])[3] }

print "# unlinked files live while they are open\n";
write_file('u', 'hello');
sysopen(my $u, 'u', O_RDWR);
outcome('unlink', sub { unlink 'u' });
outcome('its name', sub { stat 'u' });
outcome('names', sub { '(' . names() . ')' });
outcome('links', sub { (stat $u)[3] . ' links' });
outcome('write', sub { sysseek $u, 2, SEEK_SET; syswrite $u, 'WORLD' });
outcome('read', sub { sysseek $u, 0, SEEK_SET; sysread $u, my $text, 100; $text });
outcome('ftruncate', sub { truncate($u, 3) && (stat $u)[7] });
outcome('fchmod', sub { chmod(0600, $u) && sprintf '%o', (stat $u)[2] });
outcome('futimes', sub { utime(1, 2, $u) && join ' ', (stat $u)[8, 9] });
outcome('reopen', sub { read_file('/proc/self/fd/' . fileno $u) });
outcome('new file of the name', sub { write_file('u', 'new') && read_file('u') });
outcome('old one', sub { sysseek $u, 0, SEEK_SET; sysread $u, my $text, 100; $text });
outcome('close', sub { close $u });
outcome('names', sub { names() });

print "# a folder can go though files that were in it are open\n";
mkdir 'd';
write_file('d/f', 'text');
sysopen(my $f, 'd/f', O_RDWR);
unlink 'd/f';
outcome('rmdir', sub { rmdir 'd' });
outcome('read', sub { sysread $f, my $text, 100; $text });
outcome('write', sub { syswrite $f, 'more' });
close $f;

print "# rename over a file that is open\n";
write_file('a', 'aaa');
write_file('b', 'bbb');
sysopen(my $b, 'b', O_RDWR);
outcome('rename', sub { rename 'a', 'b' });
outcome('old', sub { sysread $b, my $text, 100; $text });
outcome('old links', sub { (stat $b)[3] . ' links' });
outcome('new', sub { read_file('b') });
outcome('names', sub { names() });
close $b;
outcome('still there', sub { read_file('b') });

print "# rename\n";
mkdir 'd1';
mkdir 'd2';
write_file('d2/x', 'x');
outcome('folder over file', sub { rename 'd1', 'b' });
outcome('file over folder', sub { rename 'b', 'd1' });
outcome('folder over full folder', sub { rename 'd1', 'd2' });
outcome('folder over empty folder', sub { rename('d2', 'd1') && names('d1') });
outcome('folder into itself', sub { rename 'd1', 'd1/below' });
outcome('what is missing', sub { rename 'none', 'other' });
outcome('into what is missing', sub { rename 'b', 'none/b' });
outcome('to itself', sub { rename('b', 'b') && read_file('b') });
link 'b', 'b2';
outcome('to its other name', sub { rename('b', 'b2') && read_file('b') . read_file('b2') });

print "# links\n";
outcome('count', sub { (stat 'b2')[3] });
outcome('same inode', sub { (stat 'b')[1] == (stat 'b2')[1] ? 'same' : 'different' });
outcome('over a name', sub { link 'b', 'd1' });
outcome('of a folder', sub { link 'd1', 'd3' });
outcome('symlink', sub { symlink('some/../where', 's') && readlink 's' });
outcome('symlink over a name', sub { symlink 'x', 'b' });
outcome('its size', sub { (lstat 's')[7] });
outcome('dangling', sub { stat 's' });
symlink 'loop', 'loop';
outcome('loop', sub { stat 'loop' });
outcome('readlink of a file', sub { readlink 'b' });
outcome('long target', sub { symlink('t' x 4095, 'long') && length readlink 'long' });
outcome('unlink symlink', sub { unlink 's', 'loop', 'long' });

print "# refusals\n";
outcome('unlink folder', sub { unlink('d1') || undef });
outcome('rmdir file', sub { rmdir('b') || undef });
outcome('rmdir full', sub { rmdir('d1') || undef });
outcome('mkdir over', sub { mkdir('b') || undef });
outcome('name of 256', sub { write_file('n' x 256, '') });
outcome('name of 255', sub { write_file('n' x 255, 'n') && unlink('n' x 255) });
outcome('exclusive', sub { sysopen my $x, 'b', O_RDWR | O_CREAT | O_EXCL });
outcome('folder for writing', sub { sysopen my $x, 'd1', O_RDWR });
outcome('file as a folder', sub { stat 'b/x' });
outcome('truncate a folder', sub { truncate('d1', 0) || undef });

print "# names are bytes\n";
outcome('not UTF-8', sub { write_file("\xff\xfe\x80", 'odd') && read_file("\xff\xfe\x80") });
outcome('UTF-8', sub { write_file("gr\xc3\xbc\xc3\x9fe", 'text') && names() });
outcome('newline and quotes', sub { mkdir("new\nline \"'\\") && names() });
outcome('remove', sub { unlink("\xff\xfe\x80", "gr\xc3\xbc\xc3\x9fe") + rmdir("new\nline \"'\\") });

print "# modes and owners\n";
write_file('m', '1');
outcome('chmod', sub { chmod(04755, 'm') && mode('m') });
outcome('chown clears set-id', sub { chown(0, 0, 'm') && mode('m') });
umask 027;
outcome('umask', sub { write_file('k', '') && mkdir('kd') && mode('k') . ' ' . mode('kd') });
umask 022;
mkdir 'g';
chmod 02775, 'g';
outcome('set-gid folder', sub { mkdir('g/d') && mode('g/d') });
mkdir 't';
chmod 01777, 't';
outcome('sticky folder', sub { mode('t') });

print "# times\n";
outcome('utime', sub { utime(5, 7, 'm') && join ' ', (stat 'm')[8, 9] });
outcome('before 1970', sub { utime(-5, -7, 'm') && join ' ', (stat 'm')[8, 9] });
outcome('write moves it', sub { write_file('m', '2') && (stat 'm')[9] > 1_000_000_000 ? 'now' : 'not' });

print "# sizes\n";
outcome('extend', sub { truncate('m', 10) && -s 'm' });
outcome('zeros', sub { length(read_file('m')) . ' ' . (read_file('m') =~ tr/\0//) });
outcome('cut', sub { truncate('m', 1) && truncate('m', 3) && unpack 'H*', read_file('m') });
sysopen(my $big, 'big', O_RDWR | O_CREAT, 0644);
outcome('far', sub { sysseek($big, 2**40, SEEK_SET) && syswrite($big, 'Z') && -s $big });
outcome('hole', sub { sysseek $big, 2**40 - 2, SEEK_SET; sysread $big, my $text, 10; unpack 'H*', $text });
close $big;
unlink 'big';
sysopen(my $log, 'log', O_WRONLY | O_CREAT | O_APPEND, 0644);
sysopen(my $log2, 'log', O_WRONLY | O_APPEND);
syswrite $_, $_ == $log ? 'one ' : 'two ' for $log, $log2, $log;
outcome('append', sub { read_file('log') });

print "# special files\n";
outcome('fifo', sub { POSIX::mkfifo('fifo', 0644) && -p 'fifo' });
outcome('unlink fifo', sub { unlink 'fifo' });
