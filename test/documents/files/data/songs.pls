[playlist]
NumberOfEntries=1
File1=wheel.mp3
Title1=The wheel
Version=2
