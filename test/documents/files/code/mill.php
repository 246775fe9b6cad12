<?php

function count_sacks(array $sacks): int
{
    return array_sum($sacks);
}

echo count_sacks([41, 112]);
