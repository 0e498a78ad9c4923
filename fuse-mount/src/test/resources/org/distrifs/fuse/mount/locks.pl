# Locks between processes, as fcntl(2) and flock(2) have them. Prints what it sees: in a mount the
# same as in an ordinary folder.
use strict;
use warnings;
use Fcntl qw(:flock F_GETLK F_SETLK F_SETLKW F_RDLCK F_WRLCK F_UNLCK);
use POSIX qw(EAGAIN EACCES EDEADLK EINTR);
use constant { F_OFD_SETLK => 37, F_OFD_SETLKW => 38 };

$| = 1;
alarm 60;

sub name {
  return 'ok' unless $!;
  return { EAGAIN, 'EAGAIN', EACCES, 'EACCES', EDEADLK, 'EDEADLK', EINTR, 'EINTR' }->{ $! + 0 } // "$!";
}

sub pack_lock { return pack 's s x4 q q i x4', $_[0], 0, $_[1], $_[2], 0 }

sub set {
  my ($file, $command, $type, $start, $length) = @_;
  $! = 0;
  fcntl $file, $command, pack_lock($type, $start, $length) and $! = 0;
  return name();
}

# What is in the way of a write lock: type, start, length, and whose.
sub test {
  my ($file, $holder) = @_;
  my $lock = pack_lock(F_WRLCK, 0, 0);
  fcntl $file, F_GETLK, $lock or return name();
  my ($type, undef, $start, $length, $pid) = unpack 's s x4 q q i', $lock;
  return 'free' if $type == F_UNLCK;
  return join ' ', $type == F_WRLCK ? 'write' : 'read', $start, $length, $pid == $holder ? 'its' : $pid;
}

sub try_flock {
  $! = 0;
  flock $_[0], $_[1] and $! = 0;
  return name();
}

sub open_file { open my $file, '+<', 'locked' or die "open: $!"; return $file }

# Runs a child and waits for it; it prints by itself.
sub child {
  my ($body) = @_;
  my $pid = fork // die;
  if ($pid == 0) { $body->(); POSIX::_exit(0) }
  waitpid $pid, 0;
}

# A child that does something, says so, and goes on when it is told.
sub holder {
  my ($body) = @_;
  pipe my $said, my $say or die;
  pipe my $told, my $tell or die;
  my $pid = fork // die;
  if ($pid == 0) {
    close $said; close $tell;
    $body->();
    syswrite $say, '.';
    sysread $told, my $byte, 1;
    POSIX::_exit(0);
  }
  close $say; close $told;
  sysread $said, my $byte, 1;
  return { pid => $pid, end => sub { syswrite $tell, '.'; waitpid $pid, 0 } };
}

# Interrupts whatever waits, every second: one alarm alone may ring before the wait begins.
sub alarm_again {
  POSIX::sigaction(POSIX::SIGALRM(), POSIX::SigAction->new(sub { alarm 1 }));
  alarm 1;
}

open my $made, '>', 'locked' or die; print $made 'x' x 100; close $made;
my $parent = $$;
my $file = open_file();

print "ranges\n";
print set($file, F_SETLK, F_WRLCK, 10, 10), "\n";
child(sub { my $f = open_file(); print test($f, $parent), ' ', set($f, F_SETLK, F_RDLCK, 15, 1), ' ',
  set($f, F_SETLK, F_WRLCK, 20, 1), ' ', set($f, F_SETLK, F_WRLCK, 0, 10), "\n" });
print set($file, F_SETLK, F_UNLCK, 14, 2), "\n";
child(sub { my $f = open_file(); print set($f, F_SETLK, F_WRLCK, 14, 2), ' ', set($f, F_SETLK, F_WRLCK, 13, 1),
  ' ', set($f, F_SETLK, F_WRLCK, 16, 1), "\n" });
print set($file, F_SETLK, F_RDLCK, 0, 0), "\n";
child(sub { my $f = open_file(); print test($f, $parent), ' ', set($f, F_SETLK, F_RDLCK, 0, 50), ' ',
  set($f, F_SETLK, F_WRLCK, 1000000, 1), "\n" });

print "any close of the process takes its record locks\n";
{ my $other = open_file(); close $other }
child(sub { my $f = open_file(); print test($f, $parent), "\n" });

print "a child has none of them, and its closes take none\n";
print set($file, F_SETLK, F_WRLCK, 0, 10), "\n";
child(sub { print set($file, F_SETLK, F_RDLCK, 0, 1), "\n"; close $file });
child(sub { my $f = open_file(); print test($f, $parent), "\n" });
print set($file, F_SETLK, F_UNLCK, 0, 0), "\n";

print "who waits goes on when the holder unlocks, and when it is killed\n";
for my $end (sub { $_[0]->{end}->() }, sub { kill 'KILL', $_[0]->{pid}; waitpid $_[0]->{pid}, 0 }) {
  my $holder = holder(sub { my $f = open_file(); set($f, F_SETLK, F_WRLCK, 0, 1); our $kept = $f });
  print test($file, $holder->{pid}), "\n";
  my $waiter = fork // die;
  if ($waiter == 0) {
    my $f = open_file();
    print 'granted: ', set($f, F_SETLKW, F_WRLCK, 0, 1), "\n";
    POSIX::_exit(0);
  }
  select undef, undef, undef, 0.2;
  print "it goes\n";
  $end->($holder);
  waitpid $waiter, 0;
}

print "a signal ends a wait, and leaves no lock\n";
{
  my $holder = holder(sub { my $f = open_file(); set($f, F_SETLK, F_WRLCK, 0, 1); our $kept = $f });
  child(sub {
    my $f = open_file();
    alarm_again();
    print set($f, F_SETLKW, F_WRLCK, 0, 2), "\n";
    $! = 0; flock $f, LOCK_EX; print name(), "\n";
    my $g = open_file();
    $! = 0; flock $g, LOCK_EX; print name(), "\n";
    alarm 0;
  });
  my $waiter = fork // die;
  if ($waiter == 0) { my $f = open_file(); set($f, F_SETLKW, F_WRLCK, 0, 2); POSIX::_exit(1) }
  select undef, undef, undef, 0.3;
  kill 'KILL', $waiter;
  waitpid $waiter, 0;
  print 'killed by ', $? & 127, "\n";
  $holder->{end}->();
  print test($file, 0), "\n";
}

print "a circle is refused\n";
{
  print set($file, F_SETLK, F_WRLCK, 0, 1), "\n";
  pipe my $said, my $say or die;
  my $second = fork // die;
  if ($second == 0) {
    my $f = open_file();
    print set($f, F_SETLK, F_WRLCK, 2, 1), "\n";
    syswrite $say, '.';
    select undef, undef, undef, 0.01 while set($f, F_SETLKW, F_WRLCK, 0, 1) eq 'EDEADLK';
    POSIX::_exit(0);
  }
  sysread $said, my $byte, 1;
  # Whoever closes the circle is refused. The other one tries again, so that it is the one who waits
  # at last; this one leaves it the time for that.
  my $answer = 'EINTR';
  for (1 .. 50) {
    select undef, undef, undef, 0.1;
    alarm_again();
    $answer = set($file, F_SETLKW, F_WRLCK, 2, 1);
    last if $answer ne 'EINTR';
  }
  $SIG{ALRM} = 'DEFAULT';
  alarm 60;
  print "$answer\n";
  print set($file, F_SETLK, F_UNLCK, 0, 0), "\n";
  waitpid $second, 0;
}

print "locks of an open file description\n";
{
  my $ofd = open_file();
  print set($ofd, F_OFD_SETLK, F_WRLCK, 0, 10), "\n";
  my $second = open_file();
  print set($second, F_OFD_SETLK, F_WRLCK, 5, 1), "\n";
  print set($file, F_SETLK, F_RDLCK, 5, 1), "\n";
  close $second;
  print set($file, F_SETLK, F_RDLCK, 5, 1), "\n";
  my $holder = holder(sub { });
  close $ofd;
  print set($file, F_SETLK, F_RDLCK, 5, 1), "\n";
  $holder->{end}->();
  print set($file, F_SETLKW, F_WRLCK, 5, 1), "\n";
  print set($file, F_SETLK, F_UNLCK, 0, 0), "\n";
}

print "flock\n";
{
  my ($one, $two, $three) = (open_file(), open_file(), open_file());
  print try_flock($one, LOCK_EX | LOCK_NB), ' ', try_flock($two, LOCK_SH | LOCK_NB), "\n";
  print try_flock($one, LOCK_SH | LOCK_NB), ' ', try_flock($two, LOCK_SH | LOCK_NB), "\n";
  print "record locks do not know of it: ", set($file, F_SETLK, F_WRLCK, 0, 0), "\n";
  print "who tries to change it loses it: ", try_flock($one, LOCK_EX | LOCK_NB), ' ',
    try_flock($two, LOCK_EX | LOCK_NB), "\n";
  child(sub { print 'a child shares it: ', try_flock($two, LOCK_EX | LOCK_NB), ' ', try_flock($two, LOCK_UN), "\n" });
  print try_flock($one, LOCK_EX | LOCK_NB), "\n";
  close $one;
  print "closed: ", try_flock($three, LOCK_EX), "\n";
}
