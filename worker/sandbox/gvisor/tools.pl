# Uses common tools as a job does, those that the image has, and says of each whether it worked. Also tries to connect,
# for the record to be looked at.
#
# None of them has a reason to complain: one that does, and yet says that it worked, is broken too.
# Output: one line per tool, NAME, "yes" or "no", and the first thing that it complained of.
use strict;
use warnings;
use Socket;

my @tools = (
  [ls => 'ls -la / /bin/sh'],
  [stat => 'stat /bin/sh .'],
  [cp => 'echo one > a && cp -a a b'],
  [mv => 'mv b c'],
  [ln => 'ln -s a link && readlink link'],
  [rm => 'rm -r c link'],
  [find => 'find . -name a'],
  [tar => 'tar cf a.tar a && rm a && tar xf a.tar'],
  [df => 'df /tmp'],
  [ps => 'ps'],
  [git => 'git -c init.defaultBranch=main init -q r && cd r && git status && git -c user.name=a -c user.email=a commit -q --allow-empty -m a'],
  [node => q{node -e 'require("fs").writeFileSync("n", "1"); require("child_process").execFileSync("true")'}],
  [npm => 'npm --version'],
  [python3 => q{python3 -c 'import subprocess; open("p", "w").write("1"); subprocess.check_call(["true"])'}],
);

for my $tool (@tools) {
  my ($name, $line) = @$tool;
  next unless grep { -x "$_/$name" } split /:/, $ENV{PATH};
  open(my $run, '-|', '/bin/sh', '-c', "($line) 2>&1 >/dev/null") or die "sh: $!\n";
  my $said = <$run> // '';
  1 while <$run>;
  close $run;
  $said =~ s/\s+/ /g;
  print join("\t", $name, $? == 0 && $said eq '' ? 'yes' : 'no', substr($said, 0, 160)), "\n";
}

socket(my $inet, PF_INET, SOCK_STREAM, 0);
connect($inet, pack_sockaddr_in(80, inet_aton('169.254.169.254')));
socket(my $unix, PF_UNIX, SOCK_STREAM, 0);
connect($unix, pack_sockaddr_un('/tmp/nowhere'));
open(my $version, '<', '/proc/version') or die "version: $!\n";
print 'kernel ', (split ' ', <$version>)[2], "\n";
