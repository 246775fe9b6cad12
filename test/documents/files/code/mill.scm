(define (count-sacks sacks)
  (if (null? sacks) 0
      (+ (car sacks) (count-sacks (cdr sacks)))))
(display (count-sacks (list 41 112)))
