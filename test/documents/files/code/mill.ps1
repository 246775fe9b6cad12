param([int]$Sacks = 41)

function Get-Count {
    Write-Output ($Sacks * 2)
}

Get-Count | ForEach-Object { "$_ sacks" }
