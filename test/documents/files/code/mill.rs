use std::collections::HashMap;

fn main() {
    let mut sacks = HashMap::new();
    sacks.insert("rye", 41);
    println!("{:?}", sacks);
}
