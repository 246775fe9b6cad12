;;; mill.el --- Count sacks -*- lexical-binding: t -*-

(defun mill-count (sacks)
  "Count SACKS."
  (interactive)
  (apply #'+ sacks))

(provide 'mill)
