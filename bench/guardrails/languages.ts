/** What the sets are made of in each language. `dev` was looked at while the checks were written, `test` only measured with. */
export const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl', 'pt'] as const
export type Language = (typeof languages)[number]
export type Split = 'dev' | 'test'

/** Sentences with one place `X` for something that needs no word in front of it. */
export const sentences: Readonly<Record<Language, Readonly<Record<Split, readonly string[]>>>> = {
  en: {
    dev: [
      'Please check X for me and tell me what is wrong.',
      'I sent X to the support team last week.',
      'Here it is: X',
    ],
    test: [
      'Could you look up X and update the file?',
      'They only gave us X, nothing else.',
      'The customer wrote "X" in the form (see above).',
      'X was on the second page of the letter.',
    ],
  },
  de: {
    dev: [
      'Bitte prüfe X und sag mir, was falsch ist.',
      'Ich habe X letzte Woche an den Support geschickt.',
      'Hier ist es: X',
    ],
    test: [
      'Kannst du X nachschlagen und die Akte anpassen?',
      'Wir haben nur X bekommen, sonst nichts.',
      'Der Kunde schrieb „X“ in das Formular (siehe oben).',
      'X stand auf der zweiten Seite des Briefs.',
    ],
  },
  fr: {
    dev: [
      'Vérifiez X et dites-moi ce qui ne va pas.',
      "J'ai envoyé X au support la semaine dernière.",
      'Voici : X',
    ],
    test: [
      'Pouvez-vous chercher X et mettre à jour le dossier ?',
      "Ils ne nous ont donné que X, rien d'autre.",
      'Le client a écrit « X » dans le formulaire (voir plus haut).',
      'X figurait à la deuxième page de la lettre.',
    ],
  },
  es: {
    dev: ['Comprueba X y dime qué está mal.', 'Envié X al soporte la semana pasada.', 'Aquí está: X'],
    test: [
      '¿Puedes buscar X y actualizar el expediente?',
      'Solo nos dieron X, nada más.',
      'El cliente escribió «X» en el formulario (ver arriba).',
      'X estaba en la segunda página de la carta.',
    ],
  },
  it: {
    dev: [
      'Controlla X e dimmi cosa non va.',
      "Ho inviato X all'assistenza la settimana scorsa.",
      'Eccolo: X',
    ],
    test: [
      'Puoi cercare X e aggiornare la pratica?',
      "Ci hanno dato solo X, nient'altro.",
      'Il cliente ha scritto «X» nel modulo (vedi sopra).',
      'X era nella seconda pagina della lettera.',
    ],
  },
  nl: {
    dev: [
      'Controleer X en zeg me wat er mis is.',
      'Ik heb X vorige week naar support gestuurd.',
      'Hier is het: X',
    ],
    test: [
      'Kun je X opzoeken en het dossier bijwerken?',
      'Ze gaven ons alleen X, verder niets.',
      'De klant schreef "X" in het formulier (zie boven).',
      'X stond op de tweede pagina van de brief.',
    ],
  },
  pl: {
    dev: [
      'Sprawdź X i powiedz mi, co jest nie tak.',
      'Wysłałem X do pomocy technicznej w zeszłym tygodniu.',
      'Oto: X',
    ],
    test: [
      'Czy możesz wyszukać X i zaktualizować akta?',
      'Dali nam tylko X, nic więcej.',
      'Klient wpisał „X” w formularzu (patrz wyżej).',
      'X było na drugiej stronie listu.',
    ],
  },
  pt: {
    dev: [
      'Verifique X e diga-me o que está errado.',
      'Enviei X ao suporte na semana passada.',
      'Aqui está: X',
    ],
    test: [
      'Pode procurar X e atualizar o processo?',
      'Só nos deram X, mais nada.',
      'O cliente escreveu "X" no formulário (ver acima).',
      'X estava na segunda página da carta.',
    ],
  },
}

/** Sentences about a person `X`. */
export const aboutPeople: Readonly<Record<Language, Readonly<Record<Split, readonly string[]>>>> = {
  en: {
    dev: ['I spoke with X about the invoice.', 'My name is X and I need help.', 'Ask X if the room is free.'],
    test: [
      'The contract was signed by X on Friday.',
      'X has been working here since spring.',
      'Best wishes,\nX',
      'Yesterday, X and the lawyer met in the office.',
    ],
  },
  de: {
    dev: [
      'Ich habe mit X über die Rechnung gesprochen.',
      'Ich heiße X und brauche Hilfe.',
      'Frag X, ob der Raum frei ist.',
    ],
    test: [
      'Der Vertrag wurde am Freitag von X unterschrieben.',
      'X arbeitet seit dem Frühling hier.',
      'Viele Grüße\nX',
      'Gestern trafen sich X und der Anwalt im Büro.',
    ],
  },
  fr: {
    dev: [
      "J'ai parlé avec X de la facture.",
      "Je m'appelle X et j'ai besoin d'aide.",
      'Demande à X si la salle est libre.',
    ],
    test: [
      'Le contrat a été signé vendredi par X.',
      'X travaille ici depuis le printemps.',
      'Bien à vous,\nX',
      "Hier, X et l'avocat se sont vus au bureau.",
    ],
  },
  es: {
    dev: [
      'Hablé con X sobre la factura.',
      'Me llamo X y necesito ayuda.',
      'Pregunta a X si la sala está libre.',
    ],
    test: [
      'El contrato fue firmado el viernes por X.',
      'X trabaja aquí desde la primavera.',
      'Un saludo,\nX',
      'Ayer X y el abogado se vieron en la oficina.',
    ],
  },
  it: {
    dev: [
      'Ho parlato con X della fattura.',
      'Mi chiamo X e ho bisogno di aiuto.',
      'Chiedi a X se la sala è libera.',
    ],
    test: [
      'Il contratto è stato firmato venerdì da X.',
      'X lavora qui dalla primavera.',
      'Un caro saluto,\nX',
      "Ieri X e l'avvocato si sono visti in ufficio.",
    ],
  },
  nl: {
    dev: [
      'Ik heb met X over de factuur gesproken.',
      'Ik heet X en heb hulp nodig.',
      'Vraag X of de zaal vrij is.',
    ],
    test: [
      'Het contract werd vrijdag door X getekend.',
      'X werkt hier sinds de lente.',
      'Hartelijke groet,\nX',
      'Gisteren zagen X en de advocaat elkaar op kantoor.',
    ],
  },
  pl: {
    dev: [
      'Rozmawiałem z panem X o fakturze.',
      'Nazywam się X i potrzebuję pomocy.',
      'Zapytaj, czy X ma wolną salę.',
    ],
    test: [
      'Umowę podpisał w piątek X.',
      'X pracuje tu od wiosny.',
      'Z poważaniem,\nX',
      'Wczoraj X i adwokat spotkali się w biurze.',
    ],
  },
  pt: {
    dev: [
      'Falei com X sobre a fatura.',
      'Chamo-me X e preciso de ajuda.',
      'Pergunte a X se a sala está livre.',
    ],
    test: [
      'O contrato foi assinado na sexta-feira por X.',
      'X trabalha aqui desde a primavera.',
      'Um abraço,\nX',
      'Ontem X e o advogado encontraram-se no escritório.',
    ],
  },
}

export type Labelled =
  | 'PHONE_NUMBER'
  | 'PASSPORT'
  | 'DRIVER_LICENCE'
  | 'DATE_OF_BIRTH'
  | 'CREDIT_CARD'
  | 'IBAN'

/** What stands before a thing that says what it is: the first while writing the checks, the second for measuring. */
export const labels: Readonly<Record<Language, Readonly<Record<Labelled, readonly [dev: string, test: string]>>>> = {
  en: { PHONE_NUMBER: ['Phone', 'Mobile number'], PASSPORT: ['Passport no.', 'Passport number'], DRIVER_LICENCE: ["Driver's licence", 'Driving license number'], DATE_OF_BIRTH: ['Date of birth', 'Born'], CREDIT_CARD: ['Credit card', 'Card number'], IBAN: ['IBAN', 'Account'] },
  de: { PHONE_NUMBER: ['Telefon', 'Handynummer'], PASSPORT: ['Reisepassnummer', 'Pass-Nr.'], DRIVER_LICENCE: ['Führerschein', 'Führerscheinnummer'], DATE_OF_BIRTH: ['Geburtsdatum', 'geboren am'], CREDIT_CARD: ['Kreditkarte', 'Kartennummer'], IBAN: ['IBAN', 'Kontoverbindung'] },
  fr: { PHONE_NUMBER: ['Tél.', 'Numéro de portable'], PASSPORT: ['Passeport', 'Numéro de passeport'], DRIVER_LICENCE: ['Permis de conduire', 'Numéro du permis de conduire'], DATE_OF_BIRTH: ['Date de naissance', 'né le'], CREDIT_CARD: ['Carte bancaire', 'Numéro de carte'], IBAN: ['IBAN', 'Compte'] },
  es: { PHONE_NUMBER: ['Teléfono', 'Número de móvil'], PASSPORT: ['Pasaporte', 'Número de pasaporte'], DRIVER_LICENCE: ['Permiso de conducir', 'Carnet de conducir nº'], DATE_OF_BIRTH: ['Fecha de nacimiento', 'nacida el'], CREDIT_CARD: ['Tarjeta', 'Número de tarjeta'], IBAN: ['IBAN', 'Cuenta'] },
  it: { PHONE_NUMBER: ['Telefono', 'Numero di cellulare'], PASSPORT: ['Passaporto', 'Numero di passaporto'], DRIVER_LICENCE: ['Patente', 'Patente di guida n.'], DATE_OF_BIRTH: ['Data di nascita', 'nata il'], CREDIT_CARD: ['Carta di credito', 'Numero della carta'], IBAN: ['IBAN', 'Conto'] },
  nl: { PHONE_NUMBER: ['Telefoon', 'Mobiel nummer'], PASSPORT: ['Paspoort', 'Paspoortnummer'], DRIVER_LICENCE: ['Rijbewijs', 'Rijbewijsnummer'], DATE_OF_BIRTH: ['Geboortedatum', 'geboren op'], CREDIT_CARD: ['Creditcard', 'Kaartnummer'], IBAN: ['IBAN', 'Rekening'] },
  pl: { PHONE_NUMBER: ['Telefon', 'Numer komórki'], PASSPORT: ['Paszport', 'Numer paszportu'], DRIVER_LICENCE: ['Prawo jazdy', 'Numer prawa jazdy'], DATE_OF_BIRTH: ['Data urodzenia', 'urodzony'], CREDIT_CARD: ['Karta', 'Numer karty'], IBAN: ['IBAN', 'Konto'] },
  pt: { PHONE_NUMBER: ['Telefone', 'Número de telemóvel'], PASSPORT: ['Passaporte', 'Número do passaporte'], DRIVER_LICENCE: ['Carta de condução', 'CNH nº'], DATE_OF_BIRTH: ['Data de nascimento', 'nascida em'], CREDIT_CARD: ['Cartão', 'Número do cartão'], IBAN: ['IBAN', 'Conta'] },
} // prettier-ignore

/** National ids of a language, each with what names it. */
export const namedIds: Readonly<
  Record<Language, Readonly<Record<string, readonly [dev: string, test: string]>>>
> = {
  en: {
    US_SSN: ['SSN', 'Social Security number'],
    UK_NINO: ['NINO', 'National Insurance number'],
    UK_NHS: ['NHS number', 'NHS no.'],
  },
  de: { DE_TAX_ID: ['Steuer-ID', 'Steueridentifikationsnummer'] },
  fr: { FR_NIR: ['NIR', 'Numéro de sécurité sociale'] },
  es: { ES_DNI: ['DNI', 'NIF'], ES_NIE: ['NIE', 'Número de extranjero'] },
  it: { IT_FISCAL_CODE: ['C.F.', 'Codice fiscale'] },
  nl: { NL_BSN: ['BSN', 'Burgerservicenummer'] },
  pl: { PL_PESEL: ['PESEL', 'Numer PESEL'] },
  pt: { PT_NIF: ['NIF', 'Número de contribuinte'], BR_CPF: ['CPF', 'CPF do titular'] },
}

/** Of each language: telephone numbers at home and from abroad (`#` any digit, `%` not 0), passports, licences. */
export const written: Readonly<Record<Language, { readonly phones: readonly string[]; readonly passports: readonly string[]; readonly licences: readonly string[]; readonly cities: readonly string[] }>> = {
  en: { phones: ['(212) 5%#-####', '+1 415-6%#-####', '07%00 9#####', '+44 7%00 9#####', '020 7%## ####', '650.2%#.####'], passports: ['%########', '5########'], licences: ['D%######', 'S%##-####-####'], cities: ['Springfield', 'Leeds'] },
  de: { phones: ['0151 2#######', '030 %#######', '+49 170 %######', '089/%######', '+49 (0)40 %######'], passports: ['C%1X00T4#', 'CF%G#H#K%'], licences: ['B%72RRE2I5#', 'N%04LGH5D#1'], cities: ['Köln', 'Kiel'] },
  fr: { phones: ['06 %# ## ## ##', '01 4# ## ## ##', '+33 6 %# ## ## ##', '0612#####%'], passports: ['%#AV#####', '%#CT#####'], licences: ['%#0375######', '9%0162######'], cities: ['Lyon', 'Nantes'] },
  es: { phones: ['612 3## ###', '91 2## ## ##', '+34 655 ### ###', '654#####%'], passports: ['AAA######', 'XDB######'], licences: ['%#######K', '5#######H'], cities: ['Sevilla', 'Bilbao'] },
  it: { phones: ['347 %######', '06 %#######', '+39 333 %######', '02 8#######'], passports: ['YA%######', 'AA%######'], licences: ['U1%#######R', 'MI%######T'], cities: ['Torino', 'Parma'] },
  nl: { phones: ['06-1#######', '020-6######', '+31 6 2#######', '030 2######'], passports: ['NW%R#K#P%', 'SPECI2#1%'], licences: ['5#########', '4#########'], cities: ['Utrecht', 'Breda'] },
  pl: { phones: ['512 3## ###', '22 6## ## ##', '+48 601 ### ###', '606-###-###'], passports: ['EA#######', 'ZS#######'], licences: ['0%###/##/1465', '1%###/##/2201'], cities: ['Gdańsk', 'Łódź'] },
  pt: { phones: ['912 ### ###', '21 3## ####', '+351 93# ### ###', '+55 11 9%###-####'], passports: ['CB######', 'P######'], licences: ['L-%######', 'P-%######'], cities: ['Porto', 'Braga'] },
} // prettier-ignore

export const dates: Readonly<Record<Language, readonly string[]>> = {
  en: ['March %, 19%#', '%/1#/19%#', '1# June 19%#', '19%#-0%-1#'],
  de: ['1#. März 19%#', '0%.1#.19%#'],
  fr: ['1# juillet 19%#', '0%/11/19%#'],
  es: ['1# de mayo de 19%#', '0%/12/19%#'],
  it: ['1# settembre 19%#', '0%/10/19%#'],
  nl: ['1# augustus 19%#', '0%-11-19%#'],
  pl: ['1# stycznia 19%#', '0%.10.19%#'],
  pt: ['1# de outubro de 19%#', '0%/12/19%#'],
}
