use strict;
use warnings;

my %sacks = (rye => 41);
foreach my $kind (keys %sacks) {
    print "$kind: $sacks{$kind}\n";
}
