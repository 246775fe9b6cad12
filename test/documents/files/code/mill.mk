CC := cc

all: mill

mill: main.o
	$(CC) -o $@ $^

.PHONY: all
