/**
 * What weights can be written as: the number of llama.cpp's file type (`enum llama_ftype`). A tensor whose rows are no multiple
 * of 256 gets the next larger type of 32, so that a small model takes more bits than the name says.
 */
export const fileTypes = {
  F16: 1,
  BF16: 32,
  Q8_0: 7,
  Q6_K: 18,
  Q5_K_M: 17,
  Q5_K_S: 16,
  Q4_K_M: 15,
  Q4_K_S: 14,
  Q4_0: 2,
  IQ4_NL: 25,
  IQ4_XS: 30,
  Q3_K_M: 12,
  Q2_K: 10,
} as const

export type QuantizationType = keyof typeof fileTypes
