import { expect, it } from 'vitest'
import { fold } from '../src/model/fold'

it('folds what people type and what is written to one form', () => {
  expect([
    'حَلِيب', 'أرز', 'الجبنـــة  البيضاء', 'مُستشفى', 'لؤلؤ', 'FULL-Cream', '١٢٣ ۴۵', ' a\u200f b ', 'ﻻ', 'Crème', 'Cre\u0300me', '٪', 'كيلو/٥',
  ].map(fold)).toEqual([
    'حليب', 'ارز', 'الجبنه البيضاء', 'مستشفي', 'لولو', 'full cream', '123 45', 'a b', 'لا', 'crème', 'crème', '', 'كيلو 5',
  ])
})
