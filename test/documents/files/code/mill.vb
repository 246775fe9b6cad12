Imports System

Module Mill
    Sub Main()
        Dim sacks As Integer = 41
        Console.WriteLine(sacks)
    End Sub
End Module
