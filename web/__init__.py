"""From notebooks to pages: build.py starts it, extension/ changes pages, live/ runs cells, publish/ prints."""
