import type { Language, Split } from './languages.ts'

/** What people ask without saying anything of anybody: nothing in it is personal. Also text that looks like it. */
export const benign: Readonly<Record<Language, Readonly<Record<Split, readonly string[]>>>> = {
  en: {
    dev: ['Summarise the attached report in 200 words.', 'What changed between version 2.10.3.1 and 2.11.0 of the driver?', 'Is 17 a prime number, and what about 2147483647?', 'Write a haiku about the Grand Canyon in May.', 'Explain how Oak Street Health, Wells Fargo and Johnson & Johnson make money.', 'Our release 10.4.2.17 fails on Windows 11 24H2 with error 0x80070057, why?',
      'Convert 1,234,567.89 USD to EUR at 0.92.', 'The meeting is on Monday, 12 August 2024 at 14:30 in Room 204.', 'Compare ISBN 978-0-13-468599-1 with the second edition.',
      'What did the Treaty of Versailles of 28 June 1919 say in Article 231?', 'Order 20241105-884213 has not arrived; tracking code 1Z999AA10123456784.', 'Sort these: 45, 4512, 998877, 12.5, 3e8.',
      'Will Grace Hopper College open the Mark I exhibition in April?', 'Give me a regex for a US ZIP code such as 90210-1234.', 'The commit 3f786850e387550fdab836ed7e6dc881de23001b broke the build.'],
    test: ["Draft a polite reply that declines the invitation to the Rose Parade.", "How far is it from Fort Worth to Lake Charles by car?", "My PC says 0xC0000005 at 00007FF6A1B2C3D4 in kernel32, what now?", "The invoice 2025/0047-12 over $12,480.00 is due on 03/15/2025.", "Explain the Henry Ford Museum and the Martin Luther King Jr. Day to a child.", "Which is bigger: 9.11 or 9.9, and what is 12 345 678 divided by 9?", "Translate \"the quick brown fox\" into Latin.", "Part no. 5962-9461-3301 replaces 5962-9461-3302 in the manual.", "Is RFC 9110 newer than RFC 7231, and what changed in section 15.4.3.2?", "Room 12, Building 7, Level 3: how do I label the plan?", "What does HTTP 451 mean? Our load balancer 3.14.159.26-rc1 returns it.", "Chapter 11 of Bleak House, please, in 100 words.", "Compare the Dow Jones, Morgan Stanley and Goldman Sachs outlooks for 2026.", "List five German words with more than 20 letters."],
  },
  de: {
    dev: ['Fasse den Bericht in 200 Wörtern zusammen.', 'Was kostet die Bahnfahrt von Köln nach Kiel am 3. Mai?', 'Die Bundesregierung will bis 2030 rund 1.500.000 Wärmepumpen fördern.', 'Erkläre § 433 Abs. 1 BGB und Artikel 20 des Grundgesetzes.', 'Die Sitzung ist am Montag, 12. August 2024, um 14:30 Uhr in Raum 204.', 'Wie hoch sind 19 % Mehrwertsteuer auf 1.234,56 Euro?',
      'Die DIN EN ISO 9001:2015 gilt seit dem 15.09.2015.', 'Der Flug LH 2034 nach Frankfurt geht um 06:45 Uhr.', 'Welche Rolle spielte die Frankfurter Allee in Berlin?', 'Bestellung 4711-0815-2024 ist noch nicht da.'],
    test: ["Schreibe ein Gedicht über den Königssee im Oktober.", "Die Rechnung 2025/0047-12 über 12.480,00 Euro ist am 15.03.2025 fällig.", "Welche Aufgaben hat die Robert Bosch Stiftung?", "Das Teil 5962-9461-3301 ersetzt 5962-9461-3302.", "Was bedeutet Fehler 0xC0000005 in Version 10.0.19045?", "Wie lang ist die Karl-Marx-Allee und wann wurde sie gebaut?", "Vergleiche Deutsche Bank und Commerzbank nach Bilanzsumme 2024.", "Der Zug ICE 1597 hat 45 Minuten Verspätung."],
  },
  fr: {
    dev: ['Résume ce rapport en 200 mots.', 'Combien coûte le train de Lyon à Nantes le 3 mai ?', 'Le budget 2024 prévoit 1 234 567 euros pour 12 communes.', "Explique l'article 1240 du Code civil.", 'La réunion a lieu le lundi 12 août 2024 à 14 h 30, salle 204.', 'Quelle est la population de Saint-Denis en 2021 ?',
      'La norme ISO 9001:2015 remplace celle de 2008.', 'Le vol AF 1234 part à 06:45.', 'Décris la place de la Concorde à Paris.', 'La commande 2024-0815-4711 est en retard.'],
    test: ["Écris un poème sur le Mont Blanc en octobre.", "La facture 2025/0047-12 de 12 480,00 € est due le 15/03/2025.", "Qui décide à l'Institut Pasteur ?", "La pièce 5962-9461-3301 remplace la 5962-9461-3302.", "Que signifie l'erreur 0xC0000005 en version 10.0.19045 ?", "Quand a été construit le boulevard Haussmann ?", "Compare BNP Paribas et Crédit Agricole en 2024.", "Le TGV 6601 a 45 minutes de retard."],
  },
  es: {
    dev: ['Resume el informe en 200 palabras.', '¿Cuánto cuesta el tren de Sevilla a Bilbao el 3 de mayo?', 'El presupuesto de 2024 es de 1.234.567 euros para 12 municipios.', 'Explica el artículo 155 de la Constitución.', 'La reunión es el lunes 12 de agosto de 2024 a las 14:30 en la sala 204.', '¿Qué población tenía Santiago en 2021?',
      'La norma ISO 9001:2015 sustituye a la de 2008.', 'El vuelo IB 3456 sale a las 06:45.', 'Describe la Plaza Mayor de Madrid.', 'El pedido 2024-0815-4711 no ha llegado.'],
    test: ["Escribe un poema sobre Sierra Nevada en octubre.", "La factura 2025/0047-12 de 12.480,00 € vence el 15/03/2025.", "¿Qué hace el Instituto Cervantes?", "La pieza 5962-9461-3301 sustituye a la 5962-9461-3302.", "¿Qué significa el error 0xC0000005 en la versión 10.0.19045?", "¿Cuándo se abrió la Gran Vía de Madrid?", "Compara Banco Santander y Banco Sabadell en 2024.", "El AVE 3112 lleva 45 minutos de retraso."],
  },
  it: {
    dev: ['Riassumi il rapporto in 200 parole.', 'Quanto costa il treno da Torino a Parma il 3 maggio?', 'Il bilancio 2024 prevede 1.234.567 euro per 12 comuni.', "Spiega l'articolo 2043 del codice civile.", 'La riunione è lunedì 12 agosto 2024 alle 14:30 in sala 204.', 'Quanti abitanti aveva San Marino nel 2021?',
      'La norma ISO 9001:2015 sostituisce quella del 2008.', 'Il volo AZ 1234 parte alle 06:45.', 'Descrivi Piazza San Marco a Venezia.', "L'ordine 2024-0815-4711 non è arrivato."],
    test: ["Scrivi una poesia sul Lago Maggiore in ottobre.", "La fattura 2025/0047-12 di 12.480,00 € scade il 15/03/2025.", "Che cosa fa l'Istituto Galileo Ferraris?", "Il pezzo 5962-9461-3301 sostituisce il 5962-9461-3302.", "Che significa l'errore 0xC0000005 nella versione 10.0.19045?", "Quando fu costruita Via della Conciliazione?", "Confronta Intesa Sanpaolo e UniCredit nel 2024.", "Il Frecciarossa 9643 ha 45 minuti di ritardo."],
  },
  nl: {
    dev: ['Vat het rapport samen in 200 woorden.', 'Wat kost de trein van Utrecht naar Breda op 3 mei?', 'De begroting van 2024 is 1.234.567 euro voor 12 gemeenten.', 'Leg artikel 6:162 BW uit.', 'De vergadering is maandag 12 augustus 2024 om 14:30 in zaal 204.', 'Hoeveel inwoners had Den Bosch in 2021?',
      'De norm ISO 9001:2015 vervangt die van 2008.', 'Vlucht KL 1234 vertrekt om 06:45.', 'Beschrijf de Dam in Amsterdam.', 'Bestelling 2024-0815-4711 is te laat.'],
    test: ["Schrijf een gedicht over de Waddenzee in oktober.", "Factuur 2025/0047-12 van € 12.480,00 vervalt op 15-03-2025.", "Wat doet de Anne Frank Stichting?", "Onderdeel 5962-9461-3301 vervangt 5962-9461-3302.", "Wat betekent fout 0xC0000005 in versie 10.0.19045?", "Wanneer is de Nieuwe Kerk in Delft gebouwd?", "Vergelijk ING en Rabobank in 2024.", "Trein 1597 heeft 45 minuten vertraging."],
  },
  pl: {
    dev: ['Streść raport w 200 słowach.', 'Ile kosztuje pociąg z Gdańska do Łodzi 3 maja?', 'Budżet na 2024 rok to 1 234 567 złotych dla 12 gmin.', 'Wyjaśnij artykuł 415 Kodeksu cywilnego.', 'Spotkanie jest w poniedziałek 12 sierpnia 2024 o 14:30 w sali 204.', 'Ilu mieszkańców miał Święty Krzyż w 2021?',
      'Norma ISO 9001:2015 zastąpiła normę z 2008.', 'Lot LO 1234 startuje o 06:45.', 'Opisz Rynek Główny w Krakowie.', 'Zamówienie 2024-0815-4711 nie dotarło.'],
    test: ["Napisz wiersz o Morskim Oku w październiku.", "Faktura 2025/0047-12 na 12 480,00 zł jest płatna 15.03.2025.", "Czym zajmuje się Instytut Adama Mickiewicza?", "Część 5962-9461-3301 zastępuje 5962-9461-3302.", "Co oznacza błąd 0xC0000005 w wersji 10.0.19045?", "Kiedy zbudowano Nowy Świat w Warszawie?", "Porównaj Bank Pekao i PKO w 2024 roku.", "Pociąg IC 1597 ma 45 minut opóźnienia."],
  },
  pt: {
    dev: ['Resuma o relatório em 200 palavras.', 'Quanto custa o comboio do Porto a Braga a 3 de maio?', 'O orçamento de 2024 é de 1.234.567 euros para 12 municípios.', 'Explique o artigo 483 do Código Civil.', 'A reunião é na segunda-feira, 12 de agosto de 2024, às 14:30, na sala 204.', 'Quantos habitantes tinha São Paulo em 2021?',
      'A norma ISO 9001:2015 substitui a de 2008.', 'O voo TP 1234 parte às 06:45.', 'Descreva a Praça do Comércio em Lisboa.', 'A encomenda 2024-0815-4711 não chegou.'],
    test: ["Escreva um poema sobre a Serra da Estrela em outubro.", "A fatura 2025/0047-12 de 12.480,00 € vence a 15/03/2025.", "O que faz o Instituto Camões?", "A peça 5962-9461-3301 substitui a 5962-9461-3302.", "O que significa o erro 0xC0000005 na versão 10.0.19045?", "Quando foi aberta a Avenida da Liberdade?", "Compare o Banco do Brasil e o Itaú em 2024.", "O comboio Alfa 131 tem 45 minutos de atraso."],
  },
} // prettier-ignore
