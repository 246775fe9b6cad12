let rec count = function
  | [] -> 0
  | sack :: rest -> sack + count rest

let () = Printf.printf "%d\n" (count [41; 112])
