import { describe, expect, it } from 'bun:test'
import { z } from 'zod'
import { declarationReader } from './parse-declaration.ts'

const read = declarationReader({
  page: 'docs/menu.md',
  schema: z.strictObject({
    dish: z.string().min(1).describe('What is cooked.'),
    persons: z.int().min(1).default(2),
    courses: z.array(z.strictObject({ name: z.string(), price: z.number() })).default([]),
  }),
  check: ({ courses }) =>
    courses.flatMap(({ price }, index) =>
      price > 100
        ? [
            {
              path: ['courses', index, 'price'],
              at: 'value' as const,
              message: 'Too dear.',
              mend: 'Ask for less.',
            },
          ]
        : [],
    ),
})

describe('declarationReader', () => {
  it('gives the value with what is usual', () => {
    expect(read('dish: soup', 'menu.yaml')).toEqual({ value: { dish: 'soup', persons: 2, courses: [] } })
  })

  it('says for every problem where it is and what was meant', () => {
    const parsed = read('dsh: soup\npersons: "2"\ncourses:\n  - { name: soup, prize: 3 }\n', 'menu.yaml')
    if (!('problems' in parsed)) throw new Error('it was read')
    const said = parsed.problems.map(({ line, column, path, message, mend }) => ({
      line,
      column,
      path,
      message,
      mend,
    }))
    expect(said).toEqual([
      {
        line: 1,
        column: 1,
        path: 'dsh',
        message: '`dsh` is not a key that is known at the top of the file.',
        mend: 'Did you mean `dish`?',
      },
      {
        line: 2,
        column: 10,
        path: 'persons',
        message: 'This is text, and a number is expected.',
        mend: 'Remove the quotes.',
      },
      {
        line: 4,
        column: 19,
        path: 'courses[0].prize',
        message: '`prize` is not a key that is known here.',
        mend: 'Did you mean `price`?',
      },
    ])
  })

  it('asks what the schema cannot only where that is content', () => {
    expect(read('dish: soup\ncourses: [{ name: a, price: 200 }]', 'm')).toMatchObject({
      problems: [{ line: 2, column: 29, path: 'courses[0].price', message: 'Too dear.' }],
    })
    expect(read('', 'm')).toMatchObject({ problems: [{ line: 1, mend: 'See docs/menu.md.' }] })
    expect(read('dish: "soup', 'm')).toMatchObject({ problems: [{ line: 1 }] })
  })
})
