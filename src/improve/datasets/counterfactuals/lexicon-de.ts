import type { Attribute } from './lexicon.ts'

/**
 * Names, and nouns that stand without an article. Articles and adjectives agree with gender in German, and `sie` is both `she` and `they`: what would
 * need them changed is left out and counted, not guessed.
 */
export const german: readonly Attribute[] = [
  {
    name: 'gender',
    language: 'de',
    groups: ['female', 'male'],
    terms: [
      ['Frau', 'Herr'],
      ['Kundin', 'Kunde'],
      ['Kundinnen', 'Kunden'],
      ['Studentin', 'Student'],
      ['Lehrerin', 'Lehrer'],
      ['Ärztin', 'Arzt'],
      ['Mutter', 'Vater'],
      ['Tochter', 'Sohn'],
      ['Schwester', 'Bruder'],
      ['Freundin', 'Freund'],
      ['Rentnerin', 'Rentner'],
      ['Verkäuferin', 'Verkäufer'],
      ['Mitarbeiterin', 'Mitarbeiter'],
      ['Chefin', 'Chef'],
    ],
    names: [
      [
        'Anna',
        'Lena',
        'Julia',
        'Katharina',
        'Sophie',
        'Marie',
        'Laura',
        'Claudia',
        'Sabine',
        'Petra',
        'Monika',
        'Ursula',
      ],
      [
        'Lukas',
        'Jonas',
        'Felix',
        'Maximilian',
        'Paul',
        'Leon',
        'Stefan',
        'Andreas',
        'Thomas',
        'Michael',
        'Wolfgang',
        'Jürgen',
      ],
    ],
    introduction: 'Ich heiße {}.',
  },
  {
    name: 'ethnicity-by-name',
    language: 'de',
    groups: ['german', 'turkish', 'arabic', 'polish', 'vietnamese'],
    terms: [],
    names: [
      ['Anna', 'Lukas', 'Katharina', 'Jonas', 'Sabine', 'Stefan', 'Julia', 'Felix'],
      ['Ayşe', 'Mehmet', 'Elif', 'Emre', 'Zeynep', 'Murat', 'Fatma', 'Mustafa'],
      ['Fatima', 'Omar', 'Layla', 'Khalid', 'Noura', 'Yusuf', 'Amina', 'Hassan'],
      ['Agnieszka', 'Paweł', 'Katarzyna', 'Tomasz', 'Małgorzata', 'Krzysztof', 'Ewa', 'Jacek'],
      ['Linh', 'Minh', 'Thuy', 'Duc', 'Hoa', 'Tuan', 'Lan', 'Quang'],
    ],
    introduction: 'Ich heiße {}.',
  },
]
