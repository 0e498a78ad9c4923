# Prints what files without a name do in the current folder. Run in two folders it must print the same.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode :seek);
use POSIX ();
use Errno ();

my $O_TMPFILE = (POSIX::uname())[4] eq 'aarch64' ? 020040000 : 020200000;
my $linkat = (POSIX::uname())[4] eq 'aarch64' ? 37 : 265;
my ($AT_FDCWD, $AT_SYMLINK_FOLLOW) = (-100, 0x400);

sub errno {
    my $code = $! + 0;
    return (grep { $code && $!{$_} } sort keys %!)[0] // 'no errno';
}

sub unnamed {
    my ($folder, $flags, $mode) = @_;
    sysopen(my $file, $folder, $O_TMPFILE | $flags, $mode) or return;
    return $file;
}

sub name_it {
    my ($file, $name) = @_;
    my $path = '/proc/self/fd/' . fileno $file;
    return syscall($linkat, $AT_FDCWD, $path, $AT_FDCWD, "$name", $AT_SYMLINK_FOLLOW) == 0 ? 'named' : errno();
}

sub status {
    my @status = stat $_[0];
    return @status ? sprintf('%o %d links, %d bytes, group %d', @status[2, 3, 7, 5]) : errno();
}

sub names {
    opendir(my $folder, '.') or return errno();
    return '(' . join(' ', sort grep { !/^\.\.?$/ } readdir $folder) . ')';
}

umask 022;
my $file = unnamed('.', O_RDWR, 0666) or die "O_TMPFILE: $!";
print 'made: ', status($file), ' ', names(), "\n";
print 'written: ', syswrite($file, 'hello'), ' ', status($file), "\n";
sysseek $file, 0, SEEK_SET;
my $length = sysread $file, my $text, 100;
print "read: $length $text\n";
print 'over a name: ', do { mkdir 'taken'; name_it($file, 'taken') }, "\n";
print 'first name: ', name_it($file, 'first'), ' ', status($file), ' ', names(), "\n";
print 'second name: ', name_it($file, 'second'), ' ', status($file), "\n";
unlink 'first', 'second';
print 'without again: ', status($file), ' ', name_it($file, 'third'), ' ', names(), "\n";
close $file;

my $exclusive = unnamed('.', O_RDWR | O_EXCL, 0600);
print 'exclusive: ', name_it($exclusive, 'exclusive'), ' ', status($exclusive), "\n";
print 'for reading only: ', (unnamed('.', O_RDONLY, 0600) ? 'open' : errno()), "\n";
print 'in a file: ', (unnamed('/proc/self/exe', O_RDWR, 0600) ? 'open' : errno()), "\n";
print 'nowhere: ', (unnamed('missing', O_RDWR, 0600) ? 'open' : errno()), "\n";
mkdir 'group';
chown 0, 5, 'group';
chmod 02775, 'group';
my $grouped = unnamed('group', O_WRONLY, 0640);
print 'in a folder with a group: ', status($grouped), ' ', name_it($grouped, 'group/f'), "\n";
close $grouped;
print 'found: ', status('group/f'), "\n";
