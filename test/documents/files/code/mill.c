#include <stdio.h>

int main(void)
{
	printf("%d sacks\n", 41);
	return 0;
}
