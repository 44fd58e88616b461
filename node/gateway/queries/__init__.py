"""Questions about the ledger under ERC's names, each as of a height, each with the rows that it rests on proved.

types    what is asked and answered     table    every question on one page
answers  one function a question        proofs   the rows behind an answer, under a certified header
history  what happened to a token       asking   which height, and what to say where it is forgotten
routes   the paths                       cases    what stands under a case
"""
