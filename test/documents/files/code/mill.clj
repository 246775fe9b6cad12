(ns mill.core)

(defn count-sacks [sacks]
  (reduce + (vals sacks)))

(println (count-sacks {:rye 41}))
