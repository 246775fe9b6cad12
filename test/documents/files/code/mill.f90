program mill
  implicit none
  integer :: sacks
  sacks = 41
  print *, sacks
end program mill
