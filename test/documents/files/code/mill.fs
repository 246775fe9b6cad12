module Mill

let count sacks = sacks |> List.sum

[<EntryPoint>]
let main _ =
    printfn "%d" (count [ 41; 112 ])
    0
