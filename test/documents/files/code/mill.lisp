(defpackage :mill (:use :cl))
(in-package :mill)

(defun count-sacks (sacks)
  (reduce #'+ sacks))
