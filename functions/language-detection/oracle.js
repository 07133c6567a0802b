/** Texts in one of several languages, and their language by the little words that each of them has its own of. */
import { Buffer } from 'node:buffer';

const languages = [
  {
    code: 'eng',
    script: 'Latin',
    common: 'the of and to in that is was he for it with as his on be at by had not'.split(' '),
    others:
      'water people children morning country question thought another through before because between house mother father brother sister window garden strange little great night world never always something nothing everything together during however remember believe understand beautiful important government company history development university knowledge experience language mountain river weather summer winter friend answer letter number system problem reason'.split(
        ' ',
      ),
  },
  {
    code: 'deu',
    script: 'Latin',
    common: 'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als'.split(' '),
    others:
      'Wasser Menschen Kinder Morgen Land Frage Gedanke anderen durch bevor zwischen Haus Mutter Vater Bruder Schwester Fenster Garten seltsam klein Nacht Welt niemals immer etwas nichts alles zusammen während jedoch erinnern glauben verstehen schön wichtig Regierung Gesellschaft Geschichte Entwicklung Universität Wissenschaft Erfahrung Sprache Gebirge Fluss Wetter Sommer Winter Freundschaft Antwort Brief Schlüssel Straße'.split(
        ' ',
      ),
  },
  {
    code: 'fra',
    script: 'Latin',
    common: 'le la les de des et à un une que pour dans est qui sur pas plus par avec ne'.split(' '),
    others:
      'eau gens enfants matin pays question pensée autre avant parce maison mère père frère sœur fenêtre jardin étrange petit grande nuit monde jamais toujours quelque chose rien tout ensemble pendant cependant souvenir croire comprendre beauté importante gouvernement société histoire développement université connaissance expérience langage montagne rivière temps été hiver amitié réponse lettre nombre problème raison'.split(
        ' ',
      ),
  },
  {
    code: 'spa',
    script: 'Latin',
    common: 'el la los las de que y en un una por con no para se del es lo como más'.split(' '),
    others:
      'agua gente niños mañana país pregunta pensamiento otro antes porque entre casa madre padre hermano hermana ventana jardín extraño pequeño noche mundo nunca siempre algo nada todo juntos durante sin embargo recordar creer comprender hermoso importante gobierno sociedad historia desarrollo universidad conocimiento experiencia lenguaje montaña río tiempo verano invierno amistad respuesta carta número problema razón'.split(
        ' ',
      ),
  },
  {
    code: 'ita',
    script: 'Latin',
    common: 'il la di che e un una per con non sono del della nel gli dei alla più come anche'.split(' '),
    others:
      'acqua gente bambini mattina paese domanda pensiero altro prima perché casa madre padre fratello sorella finestra giardino strano piccolo notte mondo sempre qualcosa niente tutto insieme durante tuttavia ricordare credere capire bellezza importante governo società storia sviluppo università conoscenza esperienza linguaggio montagna fiume tempo estate inverno amicizia risposta lettera numero problema ragione'.split(
        ' ',
      ),
  },
  {
    code: 'pol',
    script: 'Latin',
    common: 'w i na z do nie się jest że to o jak po co ale od za przez dla który'.split(' '),
    others:
      'woda ludzie dzieci poranek kraj pytanie myśl inny przed ponieważ między dom matka ojciec brat siostra okno ogród dziwny mały noc świat nigdy zawsze coś nic wszystko razem podczas jednak pamiętać wierzyć rozumieć piękny ważny rząd społeczeństwo historia rozwój uniwersytet wiedza doświadczenie język góra rzeka pogoda lato zima przyjaźń odpowiedź list liczba problem powód szczęście książka'.split(
        ' ',
      ),
  },
  {
    code: 'rus',
    script: 'Cyrillic',
    common: 'и в не на я что он с как это по но они к у же за вы из бы'.split(' '),
    others:
      'вода люди дети утро страна вопрос мысль другой перед потому между дом мать отец брат сестра окно сад странный маленький ночь мир никогда всегда что-то ничего всё вместе однако помнить верить понимать красивый важный правительство общество история развитие университет знание опыт язык гора река погода лето зима дружба ответ письмо число проблема причина счастье книга'.split(
        ' ',
      ),
  },
  {
    code: 'swe',
    script: 'Latin',
    common: 'och i att det som en på är av för med den till inte om ett han var jag men'.split(' '),
    others:
      'vatten människor barn morgon landet fråga tanke annan innan därför mellan huset moder fader broder syster fönster trädgård underlig liten natten världen aldrig alltid någonting ingenting allting tillsammans under emellertid minnas förstå vacker viktig regering samhälle historia utveckling universitet kunskap erfarenhet språket berget floden vädret sommaren vintern vänskap svaret brevet siffra problemet anledning lycka bok'.split(
        ' ',
      ),
  },
];
const shareOfCommon = 0.4;
const shareOfCompounds = 0.35;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const wanted = step.bytes ?? 0;
  const language = languages[random() % languages.length] ?? languages[0];
  if (language === undefined) throw new Error('there is no language');
  /** @type {Buffer[]} */
  const sentences = [];
  let length = 0;
  while (length < wanted) {
    const sentence = Buffer.from(sentenceIn(language, random));
    sentences.push(sentence);
    length += sentence.length;
  }
  const text = Buffer.concat(sentences).subarray(0, wanted);
  // A character that the end cuts in half is left out, with spaces in its place.
  let end = wanted;
  while (end > 0 && ((text[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  if (end > 0 && (text[end - 1] ?? 0) >= 0xc0) end -= 1;
  return Buffer.concat([text.subarray(0, end), Buffer.alloc(wanted - end, ' ')]);
}

/** @typedef {{ code: string, script: string, common: string[], others: string[] }} Language */

/** @param {Language} language @param {() => number} random */
function sentenceIn(language, random) {
  const words = Array.from({ length: 5 + (random() % 14) }, () => wordIn(language, random));
  const text = words.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}. `;
}

/** @param {Language} language @param {() => number} random */
function wordIn({ common, others }, random) {
  const kind = random() / 2 ** 32;
  const oneOf = (/** @type {string[]} */ words) => words[random() % words.length] ?? '';
  if (kind < shareOfCommon) return oneOf(common);
  const [first, second] = [oneOf(others), oneOf(others)];
  if (kind > shareOfCommon + shareOfCompounds) return first;
  // Halves of two words: many words, in the language's own letters.
  return (
    first.slice(0, Math.ceil(first.length / 2)) + second.slice(Math.floor(second.length / 2)).toLowerCase()
  );
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const words = Buffer.from(input)
    .toString('utf8')
    .toLowerCase()
    .split(/[^\p{L}-]+/u);
  const counts = languages.map(({ common }) => {
    const little = new Set(common);
    return words.reduce((count, word) => count + (little.has(word) ? 1 : 0), 0);
  });
  const best = languages[counts.indexOf(Math.max(...counts))];
  return Buffer.from(`${best?.code ?? ''} ${best?.script ?? ''}`);
}
