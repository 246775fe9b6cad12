package main

import "fmt"

func main() {
	sacks := map[string]int{"rye": 41}
	fmt.Println(sacks)
}
