module Main where

import qualified Data.Map as Map

count :: Map.Map String Int -> Int
count = sum . Map.elems

main :: IO ()
main = print (count (Map.fromList [("rye", 41)]))
